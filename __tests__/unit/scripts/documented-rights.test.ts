import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCS = join(__dirname, '../../../docs');
const page = (name: string): string => readFileSync(join(DOCS, name), 'utf8');

/** Actions of the policies in docs/doctor.md, each. */
const policies = [...page('doctor.md').matchAll(/```json\n([\s\S]*?)```/g)].map((match) => {
  const { Statement } = JSON.parse(match[1] ?? '') as { Statement: { Action: string | string[] }[] };
  return Statement.flatMap(({ Action }) => Action);
});

/** Actions by the commands of the table in docs/operating.md; `s3:PutObject` `GetObject` are of one service. */
function actionsByCommand(): ReadonlyMap<string, readonly string[]> {
  const [, table = ''] = page('operating.md').split('## What the credentials need');
  return new Map(
    [...table.matchAll(/^\| (?<commands>all|`[^|]*`) +\| (?<actions>`[^|]*) \|$/gm)].map(({ groups }) => {
      let service = '';
      const actions = [...(groups?.['actions'] ?? '').matchAll(/`(?:(?<service>[a-z0-9]+):)?(?<name>[A-Z]\w+)`/g)];
      return [
        (groups?.['commands'] ?? '').trim(),
        actions.map((action) => {
          service = action.groups?.['service'] ?? service;
          return `${service}:${action.groups?.['name'] ?? ''}`;
        }),
      ];
    }),
  );
}

test('what commands need, the policies of docs/doctor.md give', () => {
  const commands = actionsByCommand();
  expect([...commands.keys()]).toEqual([
    'all',
    '`approve`, `reject`, `retry`',
    '`rebuild`',
    '`rollback`',
    '`evidence`',
  ]);
  const [reading = [], deciding = []] = policies;
  expect(policies).toHaveLength(2);
  for (const command of ['all', '`evidence`'])
    expect([command, (commands.get(command) ?? ['none']).filter((action) => !reading.includes(action))]).toEqual([
      command,
      [],
    ]);
  const needed = new Set([...commands.values()].flat());
  expect([...needed].filter((action) => ![...reading, ...deciding].includes(action))).toEqual([]);
});

test('who decides is given nothing that no command needs', () => {
  const needed = new Set([...actionsByCommand().values()].flat());
  expect((policies[1] ?? []).filter((action) => !needed.has(action))).toEqual([]);
});

test('no command of a person deletes', () => {
  expect(policies.flat().filter((action) => action.includes('Delete'))).toEqual([]);
});
