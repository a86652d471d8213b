import type { AskedQuestion } from '../../../domain/author/patch-authorship';
import { DEFAULT_POLICY } from '../../../domain/policy/policy';
import { explainFinding } from '../../../domain/table/explain-finding';
import type { PatchItem } from '../../../domain/table/patch-item';
import { makeItem, makePatch, makeTarget } from '../table/samples';
import { modelWorld } from './model-world';
import { answerOf, makeUse } from './samples';

const { modelId: _id, ...USE } = makeUse({ requestHash: `0123456789ab${'f'.repeat(52)}` });
const question = (overrides: Partial<AskedQuestion>): AskedQuestion => ({
  ...USE,
  verdict: 'accepted',
  refusals: [],
  ...overrides,
});
const explain = (patches: readonly PatchItem[], finding = makeItem()): string[] =>
  explainFinding(finding, { head: undefined, patches, policy: DEFAULT_POLICY });

it('tells which author won and why, and what became of every question', () => {
  const patch = makePatch({
    author: 'rules',
    authorReason: 'Rules wrote the commands: refused.',
    model: {
      id: 'model-1',
      questions: [
        question({ verdict: 'refused', refusals: ['downgrade', 'shell-syntax'], cached: true }),
        question({ verdict: 'cut-off' }),
      ],
    },
    completed: ['glibc', 'krb5'],
    disagreements: [
      { package: 'krb5', reason: 'no' },
      { package: 'glibc', reason: 'no fix on offer' },
    ],
  });
  const lines = explain([patch]);
  const at = lines.findIndex((line) => line.startsWith('Patch 1 by rules'));
  expect(lines.slice(at + 1, at + 6)).toEqual([
    'Rules wrote the commands: refused.',
    'Question 0123456789ab to model-1: refused (downgrade, shell-syntax), answered from the record.',
    'Question 0123456789ab to model-1: cut-off, 1000 + 100 tokens.',
    "The model's commands leave glibc out: rules completed it.",
    'The model calls glibc not fixable, and rules try it all the same: no fix on offer',
  ]);
});

it('tells nothing of it for a patch of before, nor of a patch that is not about the finding', () => {
  const reason = 'Rules are configured.';
  expect(explain([makePatch()]).filter((line) => /model|Question|Rules/.test(line))).toEqual([]);
  const other = makePatch({ authorReason: reason, targets: [makeTarget({ package: 'krb5' })] });
  expect(explain([other])).not.toContain(reason);
});

it('tells the chain of a real patch: refused once, then the model won', async () => {
  const here = await modelWorld({ answers: [answerOf(['sh -c x']), answerOf(['apt-get install -y glibc'])] });
  const lines = explain([await here.plan()]).join('\n');
  expect(lines).toContain('Patch 1 by bedrock, attempt 1, raises glibc to 2.36-9+deb12u6 or higher: READY');
  expect(lines).toContain('The model model-1 wrote the commands: its answer passed vetting after one repair.');
  expect(lines.match(/Question [0-9a-f]{12} to model-1: (refused|accepted)/g)).toHaveLength(2);
});
