import fc from 'fast-check';
import type { ModelReply } from '../../../domain/author/model';
import { REPLY_PROBLEMS } from '../../../domain/author/proposal';
import type { ReadReply } from '../../../domain/author/read-reply';
import { MAXIMUM_REPLY_CHARACTERS, readReply } from '../../../domain/author/read-reply';
import { makeReply } from './samples';

const BODY = {
  commands: ['apt-get update', 'apt-get install -y --only-upgrade glibc'],
  notFixable: [{ package: 'krb5', reason: 'no fix on offer' }],
  explanation: 'The newest glibc has the fix.',
};
const TEXT = JSON.stringify(BODY);
const byTool = (...inputs: unknown[]): ReadReply => readReply(makeReply({ toolInputs: inputs }));
const byText = (...texts: string[]): ReadReply => readReply(makeReply({ texts, stopReason: 'end_turn' }));
const codeOf = ({ problem }: ReadReply): string | undefined => problem?.code;

describe('an answer is read', () => {
  it('from the call of the tool', () => {
    expect(byTool(BODY)).toEqual(BODY);
  });

  it.each([
    ['alone', TEXT],
    ['with line breaks', JSON.stringify(BODY, null, 2)],
    ['in a fence', `\`\`\`json\n${TEXT}\n\`\`\``],
    ['between sentences', `Here is the patch:\n\n${TEXT}\n\nI hope {this} helps.`],
    ['behind braces that are no JSON', `With \${FLOOR} and {"half": ${TEXT}`],
    ['behind another object', `{"thinking": "glibc {first}"} ${TEXT}`],
    ['behind a brace in quotes that never close', `Use "{ here: ${TEXT}`],
    ['in a list', `[${TEXT}]`],
  ])('from the one object in a text: %s', (_name, text) => {
    expect(byText(text)).toEqual(BODY);
  });

  it('from text blocks that belong together', () => {
    expect(byText('The patch: ', TEXT, 'Done.')).toEqual(BODY);
  });

  it('with braces, quotes and backslashes inside its strings', () => {
    const body = { ...BODY, commands: ['echo "}{" \\" \\\\', '}}}}', '{"commands": []}'] };
    expect(byText(`Well: ${JSON.stringify(body)} {`)).toEqual(body);
  });

  it('from the tool even where text says something else', () => {
    const other = JSON.stringify({ ...BODY, commands: ['apt-get install evil'] });
    expect(readReply(makeReply({ toolInputs: [BODY], texts: [other] }))).toEqual(BODY);
  });

  it('whatever more an object says is left out, and so is its prototype', () => {
    const text = `{"__proto__": {"commands": ["evil"]}, "sudo": true, ${TEXT.slice(1)}`;
    const read = byText(text);
    expect(read).toEqual(BODY);
    expect(Object.keys(read).sort()).toEqual(['commands', 'explanation', 'notFixable']);
  });

  it('commands as they are, for vetting judges them; what people read is made printable and short', () => {
    const evil = 'apt-get install glibc\u202e\u0000\u00a0x';
    const read = byTool({
      commands: [evil],
      notFixable: [{ package: 'a\u202eb'.repeat(50), reason: `\u001b[31m${'r'.repeat(1_900)}` }],
      explanation: `\u0007${'e'.repeat(7_000)}`,
    });
    expect(read.commands).toEqual([evil]);
    const [{ package: name, reason } = { package: '', reason: '' }] = read.notFixable;
    expect([name.length <= 100, reason.length <= 300, read.explanation.length <= 1_000]).toEqual([true, true, true]);
    for (const text of [name, reason, read.explanation]) expect(text).toMatch(/^[\x20-\x7e]+$/);
  });

  it('property: any strings survive the way through prose', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 5 }),
        fc.string({ maxLength: 40 }),
        (commands, prose) => {
          fc.pre(!/[{}"\\]/.test(prose));
          const read = byText(`${prose}${JSON.stringify({ ...BODY, commands })}${prose}`);
          expect([read.problem, read.commands]).toEqual([undefined, commands]);
        },
      ),
    );
  });
});

describe('an answer that cannot be used is a problem by name', () => {
  it.each([
    ['max_tokens', 'cut-off', true],
    ['content_filtered', 'content-filtered', false],
    ['guardrail_intervened', 'guardrail-intervened', false],
    ['malformed_model_output', 'malformed-output', true],
    ['malformed_tool_use', 'malformed-output', true],
    ['model_context_window_exceeded', 'context-exceeded', false],
  ])('%s is %s, and its content is not read', (stopReason, code, repairable) => {
    const read = readReply(makeReply({ stopReason, toolInputs: [BODY], texts: [TEXT] }));
    expect(read).toMatchObject({ commands: [], notFixable: [], explanation: '', problem: { code, repairable } });
    expect(read.problem?.message).toMatch(/^[\x20-\x7e]{20,}$/);
  });

  it.each(['end_turn', 'tool_use', 'stop_sequence', '', 'something_new', 'constructor', '__proto__', 'toString'])(
    'after the stop reason %p the answer is read',
    (stopReason) => {
      expect(readReply(makeReply({ stopReason, toolInputs: [BODY] }))).toEqual(BODY);
    },
  );

  it.each([
    ['nothing at all', makeReply(), 'empty'],
    ['blanks', makeReply({ texts: ['  ', '\n'] }), 'empty'],
    ['a refusal in prose', makeReply({ texts: ["I'm sorry, I cannot help with that."] }), 'no-answer'],
    ['an object without commands', makeReply({ texts: ['{"answer": 42}'] }), 'no-answer'],
    ['an object inside another', makeReply({ texts: [`{"answer": ${TEXT}}`] }), 'no-answer'],
    ['an object cut off', makeReply({ texts: [TEXT.slice(0, -5)] }), 'no-answer'],
    ['two calls of the tool', makeReply({ toolInputs: [BODY, BODY] }), 'wrong-shape'],
    ['two objects in a text', makeReply({ texts: [`${TEXT} or ${TEXT}`] }), 'wrong-shape'],
    ['JSON inside a string', makeReply({ toolInputs: [TEXT] }), 'wrong-shape'],
    ['a wrapped object by tool', makeReply({ toolInputs: [{ patch: BODY }] }), 'wrong-shape'],
    ['a list by tool', makeReply({ toolInputs: [[BODY]] }), 'wrong-shape'],
    ['null by tool', makeReply({ toolInputs: [null] }), 'wrong-shape'],
    ['no input of the tool', makeReply({ toolInputs: [undefined] }), 'wrong-shape'],
  ] as [string, ModelReply, string][])('%s: %p', (_name, reply, code) => {
    const read = readReply(reply);
    expect([codeOf(read), read.problem?.repairable, read.commands]).toEqual([code, true, []]);
  });

  it.each([
    ['commands', { ...BODY, commands: 'apt-get update' }],
    ['commands.1', { ...BODY, commands: ['apt-get update', 7] }],
    ['commands', { notFixable: [], explanation: '' }],
    ['notFixable', { ...BODY, notFixable: {} }],
    ['notFixable.0', { ...BODY, notFixable: ['krb5'] }],
    ['notFixable.0.reason', { ...BODY, notFixable: [{ package: 'krb5' }] }],
    ['explanation', { commands: [], notFixable: [] }],
    ['explanation', { ...BODY, explanation: null }],
  ])('%s of another type than asked for is told by its place', (where, input) => {
    const read = byTool(input);
    expect(read).toMatchObject({ commands: [], problem: { code: 'wrong-shape', repairable: true } });
    expect(read.problem?.message).toContain(`another shape than asked for: ${where}: `);
  });

  it.each([
    ['commands', 100, (n: number) => ({ ...BODY, commands: Array.from({ length: n }, () => 'x') })],
    ['commands.0', 4_000, (n: number) => ({ ...BODY, commands: ['x'.repeat(n)] })],
    ['notFixable', 500, (n: number) => ({ ...BODY, notFixable: Array(n).fill({ package: 'p', reason: 'r' }) })],
    ['notFixable.0.package', 256, (n: number) => ({ ...BODY, notFixable: [{ package: 'p'.repeat(n), reason: '' }] })],
    ['notFixable.0.reason', 2_000, (n: number) => ({ ...BODY, notFixable: [{ package: 'p', reason: 'r'.repeat(n) }] })],
    ['explanation', 8_000, (n: number) => ({ ...BODY, explanation: 'e'.repeat(n) })],
  ])('%s may have %i and not one more', (where, limit, make) => {
    expect(codeOf(byTool(make(limit)))).toBeUndefined();
    expect(byTool(make(limit + 1)).problem?.message).toContain(`asked for: ${where}: `);
  });

  it('a text over the limit is too long, one at the limit is read', () => {
    const room = MAXIMUM_REPLY_CHARACTERS - TEXT.length;
    expect(byText(TEXT + ' '.repeat(room))).toEqual(BODY);
    expect(codeOf(byText(TEXT + ' '.repeat(room + 1)))).toBe('too-long');
    expect(codeOf(byTool({ ...BODY, more: 'x'.repeat(MAXIMUM_REPLY_CHARACTERS) }))).toBe('too-long');
  });

  it('a text of braces takes bounded time', () => {
    const started = performance.now();
    expect(codeOf(byText('{'.repeat(MAXIMUM_REPLY_CHARACTERS)))).toBe('no-answer');
    expect(codeOf(byText('{"'.repeat(MAXIMUM_REPLY_CHARACTERS / 2)))).toBe('no-answer');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('what a prose answer began with is told in plain ASCII', () => {
    const { problem } = byText(`Sorry \u202e\u0000\u001b[31m ${'x'.repeat(2_000)}`);
    expect(problem?.message).toMatch(/^[\x20-\x7e]{1,400}$/);
    expect(problem?.message).toContain('It began: Sorry \\u{202e}');
  });

  it('property: whatever is answered, it never throws, and has commands or a problem that is known', () => {
    const reply = fc.record({
      stopReason: fc.oneof(fc.constantFrom('end_turn', 'tool_use', 'max_tokens'), fc.string()),
      texts: fc.array(fc.oneof(fc.string(), fc.json(), fc.constant(TEXT)), { maxLength: 3 }),
      toolInputs: fc.array(fc.oneof(fc.anything(), fc.jsonValue(), fc.constant(BODY)), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(reply, ({ stopReason, texts, toolInputs }) => {
        fc.pre(isJson(toolInputs));
        const read = readReply(makeReply({ stopReason, texts, toolInputs }));
        if (read.problem === undefined) expect(read.commands.every((one) => typeof one === 'string')).toBe(true);
        else expect([read.commands, REPLY_PROBLEMS.includes(read.problem.code)]).toEqual([[], true]);
      }),
      { numRuns: 500 },
    );
  });
});

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(JSON.stringify(value))) === JSON.stringify(value);
  } catch {
    return false;
  }
}
