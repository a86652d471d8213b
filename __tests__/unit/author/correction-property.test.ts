import fc from 'fast-check';
import { ModelUnavailableError } from '../../../domain/errors';
import { promptOf } from '../../../domain/author/prompt';
import { REFUSAL_CODES } from '../../../domain/vetting/operations';
import { modelWorld } from './model-world';
import { answerOf, makeReply } from './samples';

const MARK = 'QZXMARK';
const marked = fc.string({ maxLength: 60 }).map((text) => `${text}${MARK}${text}`);

/** A reply that has the mark wherever a model can write. */
const reply = fc.oneof(
  marked.map((text) => makeReply({ texts: [text] })),
  fc.array(marked, { minLength: 1, maxLength: 5 }).map(answerOf),
  marked.map((text) => answerOf([`apt-get install -y ${text}`])),
  marked.map((text) => makeReply({ toolInputs: [{ commands: text, notFixable: [{ package: text }] }] })),
  marked.map((text) => makeReply({ toolInputs: [{ [text]: [] }] })),
);

it('property: nothing that a model wrote stands in a part of the second question that is to be trusted', async () => {
  let seconds = 0;
  await fc.assert(
    fc.asyncProperty(reply, async (first) => {
      const here = await modelWorld({ answers: [first] });
      await here.generate();
      for (const { system, parts } of here.model.asked) {
        const trusted = [system, ...parts.filter((part) => part.trusted).map((part) => part.text)];
        expect(trusted.join('\n')).not.toContain(MARK);
        if (parts.some((part) => part.text.includes('<previous>'))) seconds++;
      }
    }),
    { numRuns: 300 },
  );
  expect(seconds).toBeGreaterThan(100);
});

it('every code of a refusal has an advice that says what to do', async () => {
  const here = await modelWorld({ answers: [answerOf(['sudo id'])] });
  await here.generate();
  expect(here.model.asked).toHaveLength(2);
  for (const code of REFUSAL_CODES) {
    const correction = { commands: [], refusals: [{ command: 'x', code, message: 'm' }] };
    const request = {
      image: 'a',
      ecosystem: 'apt',
      architecture: 'amd64',
      targets: [],
      allowed: {},
      attempt: 1,
    } as const;
    const { parts } = promptOf({ ...request, correction });
    expect(parts.find((part) => part.text.includes('<previous>'))?.text).toMatch(/"advice": "[A-Z][^"]{20,}\."/);
  }
});

it('a question that was throttled is not taken out of the budget; one that timed out is', async () => {
  const outage = (kind: 'throttled' | 'timeout') => new ModelUnavailableError(kind, 'no', { retryAfterSeconds: 1 });
  const good = answerOf(['apt-get install -y --only-upgrade glibc']);
  const asked = async (kind: 'throttled' | 'timeout'): Promise<string | undefined> => {
    const here = await modelWorld({ answers: [outage(kind), outage(kind), good], choice: 'bedrock', callsPerDay: 2 });
    for (let run = 0; run < 3; run++) {
      await here.generate();
      here.wait(60);
    }
    return (await here.patches()).at(-1)?.author;
  };
  expect([await asked('throttled'), await asked('timeout')]).toEqual(['bedrock', undefined]);
});
