import type { ModelReply } from '../../../domain/author/model';
import { REPLY_PROBLEMS } from '../../../domain/author/proposal';
import { MAXIMUM_REPLY_CHARACTERS, readReply } from '../../../domain/author/read-reply';
import { HOSTILE_TEXTS } from '../../support/hostile-texts';
import type { Json } from '../../support/mutate';
import { mutateJson, mutateText } from '../../support/mutate';
import { makeRandom } from '../../support/random';
import { ESTATES } from './estates';
import { ATTACKS } from './replies';
import { HARMLESS } from './replies/harmless';
import type { Answer } from './replies/attack';
import { millisecondsOf } from './time-limit';
import { makeWorld } from './world';

/** FUZZ_SEED repeats a run; without it every run is another one. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const RUNS = 20_000;
/** Answers that go the whole way to a script. */
const WORLDS = 1_500;
const LIMIT = 250;
const PRINTABLE = /^[\x20-\x7e]*$/;
const CODES = new Set<string>(REPLY_PROBLEMS);

function replyOf(answer: Partial<Answer>): ModelReply {
  const cost = { inputTokens: 1, outputTokens: 1, latencyMilliseconds: 1 };
  return { stopReason: 'end_turn', texts: [], toolInputs: [], ...cost, ...answer };
}

/** Answers of a size that can be changed many times. */
const told = [...ATTACKS, ...HARMLESS].flatMap(({ ecosystem, answer, what }) => {
  const given = answer('PWN000');
  const isLarge = what.includes('thousand') || JSON.stringify(given).length > 3_000;
  return isLarge ? [] : [{ ecosystem, given }];
});
const answers = told.map(({ given }) => given);
/** Those whose commands are good: small changes leave some of them so. */
const good = HARMLESS.map(({ ecosystem, answer }) => ({ ecosystem, given: answer('PWN000') }));
const texts = answers.map((answer) => JSON.stringify(answer.toolInputs[0] ?? answer.texts.join('\n')));

/** Says what is wrong with what was made of an answer. */
function whatIsWrong(reply: ModelReply): string | undefined {
  const { commands, notFixable, explanation, problem } = readReply(reply);
  if (problem !== undefined) {
    if (!CODES.has(problem.code)) return `the code ${problem.code}`;
    if (commands.length + notFixable.length + explanation.length > 0) return 'a problem, and yet a proposal';
    if (problem.message.length > 1_000) return 'a message without end';
  }
  for (const text of [explanation, problem?.message ?? '', ...notFixable.flatMap((one) => [one.package, one.reason])])
    if (!PRINTABLE.test(text)) return `unprintable: ${JSON.stringify(text)}`;
  return commands.every((command) => typeof command === 'string') ? undefined : 'a command that is no text';
}

it(`reads ${String(RUNS)} changed answers: none throws, and each is a proposal or a problem by name`, () => {
  process.stdout.write(`fuzz: FUZZ_SEED=${String(SEED)}\n`);
  const random = makeRandom(SEED);
  const reasons = ['end_turn', 'tool_use', 'stop_sequence', '', ...answers.map((answer) => answer.stopReason)];
  const counts = { proposals: 0, problems: 0 };
  for (let run = 0; run < RUNS; run++) {
    const answer = random.pick(answers);
    const isTool = random.below(2) === 0;
    const changed = (): string => mutateText(random, random.pick([...answer.texts, ...texts]), texts);
    const reply = replyOf({
      stopReason: random.below(10) === 0 ? random.pick(reasons) : 'tool_use',
      texts: isTool ? [] : Array.from({ length: 1 + random.below(3) }, changed),
      toolInputs: isTool ? [mutateJson(random, (answer.toolInputs[0] ?? null) as Json, texts)] : [],
    });
    const wrong = whatIsWrong(reply);
    if (wrong !== undefined)
      throw new Error(`${String(run)} of seed ${String(SEED)}: ${wrong}: ${JSON.stringify(reply).slice(0, 500)}`);
    counts[readReply(reply).problem === undefined ? 'proposals' : 'problems'] += 1;
  }
  process.stdout.write(`fuzz replies: ${JSON.stringify(counts)}\n`);
  // A fuzzer whose cases all die at the door finds nothing.
  expect(counts.proposals).toBeGreaterThan(RUNS / 20);
  expect(counts.problems).toBeGreaterThan(RUNS / 20);
});

it(`makes a patch of ${String(WORLDS)} changed answers, whatever they are`, async () => {
  const random = makeRandom(SEED + 1);
  let won = 0;
  for (let run = 0; run < WORLDS; run++) {
    const { ecosystem, given } = random.pick(run % 2 === 0 ? told : good);
    const { toolInputs, texts: said } = given;
    const isTool = random.below(2) === 0;
    const answer: Answer = {
      stopReason: 'end_turn',
      texts: isTool ? [] : [mutateText(random, said[0] ?? random.pick(texts), texts)],
      toolInputs: isTool ? [mutateJson(random, (toolInputs[0] ?? null) as Json, texts)] : [],
    };
    const where = `${String(run)} of seed ${String(SEED)}: ${JSON.stringify(answer).slice(0, 500)}`;
    const world = await makeWorld(ESTATES[ecosystem], () => answer);
    const { patch, script } = await world.plan().catch((cause: unknown) => {
      throw new Error(where, { cause });
    });
    if (patch.author === 'bedrock') won += 1;
    if (/pwn/i.test(script)) throw new Error(where);
  }
  process.stdout.write(`fuzz replies: ${String(won)} of ${String(WORLDS)} won\n`);
  expect(won).toBeGreaterThan(WORLDS / 100);
}, 60_000);

describe('answers that no service should give', () => {
  it.each([
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'],
    ...HOSTILE_TEXTS.filter((text) => text.length < 100),
  ])('the stop reason %j is no problem of its own', (stopReason) => {
    const good = { commands: ['apt-get update'], notFixable: [], explanation: '' };
    expect(readReply(replyOf({ stopReason, toolInputs: [good] })).problem).toBeUndefined();
  });

  it.each([undefined, null, true, 0, -0, 1e308, '', '{}', [], [[]], {}])(
    'the input of kind %# is a problem by name',
    (input) => {
      expect(readReply(replyOf({ toolInputs: [input] })).problem?.code).toBe('wrong-shape');
    },
  );

  it.each([100, 1_000, 10_000, 30_000])('%d levels are a problem by name', (levels) => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"commands":', '}'],
    ] as const) {
      const text = `${open.repeat(levels)}1${close.repeat(levels)}`;
      const input: unknown = JSON.parse(text);
      for (const answer of [
        { toolInputs: [input] },
        { toolInputs: [{ commands: input }] },
        { texts: [`{"commands":${text}}`] },
      ])
        expect(CODES).toContain(readReply(replyOf(answer)).problem?.code);
    }
  });
});

describe('time', () => {
  const PIECES = [
    '{',
    '}',
    '"',
    '\\',
    '{}',
    '{"',
    '{"commands":',
    '{"a":"\\"',
    '"{',
    '\\"',
    '[',
    '{[',
    '{{}',
    '\n',
    ' ',
    '\u{1f4a3}',
    '\ud800',
    '{"commands":[]}',
    '```json\n{',
  ];
  const size = MAXIMUM_REPLY_CHARACTERS - 10;

  it.each(PIECES)(`of 64,000 characters of %j is below ${String(LIMIT)} ms`, (piece) => {
    const text = piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
    const balanced = `${'{'.repeat(size / 2)}${'}'.repeat(size / 2)}`;
    for (const reply of [
      { texts: [text] },
      { texts: [balanced.slice(0, size - 100), '"'] },
      { toolInputs: [{ commands: [text] }] },
    ])
      expect(millisecondsOf(() => readReply(replyOf(reply)), LIMIT)).toBeLessThan(LIMIT);
    expect(whatIsWrong(replyOf({ texts: [text] }))).toBeUndefined();
  });
});
