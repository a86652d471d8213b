import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '../../../functions/shared/environment';

const FUNCTIONS = readdirSync('functions').filter((name) =>
  readdirSync(join('functions', name)).includes('handler.ts'),
);

/** Variables that a handler reads, by its source. */
function readBy(name: string): string[] {
  const source = readFileSync(join('functions', name, 'handler.ts'), 'utf8');
  const list = /readEnvironment\(\[(?<names>[^\]]*)\]/.exec(source)?.groups?.['names'] ?? '';
  return list.match(/[A-Z_]{3,}/g) ?? [];
}

/** Cells of the rows of docs/lambdas.md that begin with a variable. */
const rows = readFileSync('docs/lambdas.md', 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, first]) => first === 'variable' || /^`[A-Z_]+`$/.test(first ?? ''));

it('docs/lambdas.md lists every variable, and which function needs it', () => {
  const [header = [], ...lines] = rows;
  expect(lines.map((cells) => cells[1])).toEqual(
    expect.arrayContaining(Object.keys(VARIABLES).map((name) => `\`${name}\``)),
  );
  for (const name of FUNCTIONS) {
    const column = header.indexOf(name);
    const needed = lines.filter((cells) => cells[column] === '●').map((cells) => cells[1]?.replaceAll('`', ''));
    const optional = ['SCRIPT_KMS_KEY_ID', 'GUARDRAIL', 'RESCAN_DAYS'];
    expect([name, needed.sort()]).toEqual([
      name,
      readBy(name)
        .filter((one) => !optional.includes(one))
        .sort(),
    ]);
  }
});
