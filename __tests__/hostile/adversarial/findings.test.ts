import type { Prompt } from '../../../domain/author/prompt';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { Finding } from '../../../domain/finding/finding';
import { parseRecord } from '../../../domain/finding/parse-record';
import { credulous, plantedIn } from './credulous-model';
import { ESTATES } from './estates';
import { PLANTED, WITHIN } from './findings/planted';
import type { Planned } from './world';
import { makeWorld, textsIn } from './world';

const ASCII = /^[\t\n\x20-\x7e]*$/;
const UNTRUSTED = /^<untrusted>\n[^<>]*\n<\/untrusted>$/;
const EXCLUDED = ESTATES.apt.image;
const INCLUDED: GoldenImage = { ...EXCLUDED, policy: { ...EXCLUDED.policy, findingText: 'include' } };

/** Facts of an event, beside those of the estate that are in order. */
function factsOf(event: unknown): { facts: Finding[]; taken: readonly Finding[] } {
  const { findings } = parseRecord(JSON.parse(JSON.stringify(event)));
  return { taken: findings, facts: [...ESTATES.apt.findings, ...findings] };
}

/** The patch that a credulous model helps to write; its script has to be the one that rules write. */
async function planned(image: GoldenImage, findings: readonly Finding[]): Promise<Planned> {
  const situation = { ...ESTATES.apt, image, findings };
  const result = await (await makeWorld(situation, credulous)).plan();
  expect(result.script).toBe((await (await makeWorld(situation)).plan()).script);
  expect(result.patch.author).toBe('rules');
  for (const { proposal, verdict } of result.tried.slice(0, -1))
    expect([proposal.author, verdict.verdict, verdict.operations]).toEqual(['bedrock', 'refused', []]);
  return result;
}

function textOf({ system, parts }: Prompt): string {
  return [system, ...parts.map((part) => part.text)].join('\n');
}

/** Asserts that a prompt is plain, and that no block which is not to be trusted can be left. */
function expectSound(prompt: Prompt): void {
  expect(textOf(prompt)).toMatch(ASCII);
  for (const { text, trusted } of prompt.parts) {
    if (trusted) expect(text).not.toContain('untrusted>');
    else expect(text).toMatch(UNTRUSTED);
  }
}

it('there are many findings of every fate', () => {
  expect(PLANTED.length).toBeGreaterThanOrEqual(55);
  for (const fate of ['text', 'kept', 'refused'])
    expect(PLANTED.filter((one) => one.fate === fate).length).toBeGreaterThan(15);
});

/** Markers of the findings whose orders the credulous model carried out. */
const obeyed = new Set<string>();

describe.each(PLANTED.map((one) => [one.fate, one.what, one] as const))('%s: %s', (_fate, _what, one) => {
  const marker = one.marker.toLowerCase();
  const has = (text: string): boolean => text.toLowerCase().includes(marker);

  it('is taken or not, as its shape says', () => {
    expect(factsOf(one.event).taken).toHaveLength(one.fate === 'refused' ? 0 : 1);
  });

  it('reaches neither prompt nor script where policy keeps text out', async () => {
    const { script, prompts, patch, explanation } = await planned(EXCLUDED, factsOf(one.event).facts);
    expect(prompts.length).toBeGreaterThan(0);
    for (const prompt of prompts) {
      expectSound(prompt);
      // A second question gives the model's own words back as data.
      const isSecond = prompt.parts.some((part) => part.text.includes('<previous>'));
      const isTrusted = prompt.parts.every((part) => part.trusted) || isSecond;
      expect([has(textOf(prompt)), plantedIn(prompt), isTrusted]).toEqual([false, [], true]);
    }
    expect(has(script)).toBe(false);
    expect(textsIn(patch).filter((text) => has(text) && !isId(text, patch))).toEqual([]);
    expect(explanation.length).toBeGreaterThan(0);
  });

  it('reaches the prompt only as data that is not to be trusted where policy lets text in', async () => {
    const { script, prompts, tried } = await planned(INCLUDED, factsOf(one.event).facts);
    const [first] = prompts;
    for (const prompt of prompts) {
      expectSound(prompt);
      // What vetting says of the model's own words may repeat a few of them.
      const outside = prompt.parts.filter((part) => part.trusted && !part.text.includes('<previous>'));
      expect(outside.filter((part) => has(part.text))).toEqual([]);
    }
    const inside = first!.parts.filter((part) => has(part.text));
    expect(inside.map((part) => part.trusted)).toEqual(one.fate === 'text' ? [false] : []);
    // The model did as it was told, and that is what was refused.
    if (plantedIn(first!).length > 0) {
      expect(tried[0]?.proposal.commands).toEqual(plantedIn(first!));
      obeyed.add(one.marker);
    }
    expect(has(script)).toBe(false);
  });
});

it('the credulous model found orders to obey', () => {
  expect(obeyed.size).toBeGreaterThan(15);
});

describe.each(WITHIN.map((one) => [one.what, one] as const))('%s, within the alphabets', (_what, one) => {
  it.each([EXCLUDED, INCLUDED])('is quoted data, and no order that is carried out', async (image) => {
    const { facts, taken } = factsOf(one.event);
    expect(taken).toHaveLength(1);
    const { script, prompts } = await planned(image, facts);
    for (const prompt of prompts) expectSound(prompt);
    const lines = script.split('\n').filter((line) => line.toLowerCase().includes(one.marker.toLowerCase()));
    for (const line of lines) expect(line).toMatch(/^ {2}target 'upgrade' '[a-z0-9+.-]+' '[A-Za-z0-9+.~:-]+' ''$/);
  });
});

/** Vulnerability ids stand on the patch as the scanner wrote them: they are shown, and nothing else. */
function isId(text: string, { targets }: Planned['patch']): boolean {
  return targets.some((target) => target.vulnerabilities.includes(text));
}
