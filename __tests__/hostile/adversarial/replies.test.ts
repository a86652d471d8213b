import { isModelReplyItem } from '../../../domain/table/model-items';
import { REPLY_PROBLEMS } from '../../../domain/author/proposal';
import { ECOSYSTEM_IDS } from '../../../domain/ecosystems/ecosystem';
import { encodeKeyPart } from '../../../domain/finding/finding-key';
import { ESTATES } from './estates';
import { ATTACKS } from './replies';
import { HARMLESS } from './replies/harmless';
import type { Planned, Situation, World } from './world';
import { makeWorld, textsIn } from './world';

const PRINTABLE = /^[\x20-\x7e]*$/;
/** Share of the attacks that must be refused by the expected code. */
const LEAST_RIGHT = 0.95;

/** What rules alone write for each estate: nothing else may come out of a refused answer. */
const scripts = new Map<string, string>();
beforeAll(async () => {
  for (const id of ECOSYSTEM_IDS) scripts.set(id, (await (await makeWorld(ESTATES[id])).plan()).script);
});

/** Everything of a patch that people read. */
function unprintable({ patch, explanation }: Planned): string[] {
  return [...textsIn(patch), ...explanation].filter((text) => !PRINTABLE.test(text));
}

/** Answers as they are on record. */
async function onRecord(world: World, { image }: Situation): Promise<string> {
  const items = await world.table.query(`MODEL#${encodeKeyPart(image.name)}`, 'REPLY#');
  return JSON.stringify(items.filter(isModelReplyItem).map((item) => item.reply));
}

describe('answers that attack', () => {
  const right: string[] = [];
  const wrong: string[] = [];
  const accepted: string[] = [];

  it('are many, over every ecosystem, and no two are the same', () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(170);
    for (const id of ECOSYSTEM_IDS)
      expect(ATTACKS.filter((attack) => attack.ecosystem === id).length).toBeGreaterThanOrEqual(25);
    const answers = ATTACKS.map(({ ecosystem, answer }) => `${ecosystem} ${answerText(answer('PWN'))}`);
    expect(new Set(answers).size).toBe(ATTACKS.length);
    expect(new Set(ATTACKS.map(({ ecosystem, what }) => `${ecosystem} ${what}`)).size).toBe(ATTACKS.length);
  });

  it.each(ATTACKS.map((attack) => [attack.ecosystem, attack.what, attack] as const))(
    '%s: %s does not get through',
    async (id, what, { answer, expected, marker }) => {
      const told = answer(marker);
      const world = await makeWorld(ESTATES[id], () => told);
      const planned = await world.plan().catch((error: unknown) => {
        wrong.push(`${id}, ${what}: ${String(error).slice(0, 80)} thrown instead of ${expected}`);
        throw error;
      });
      const { patch, script, audit, tried } = planned;
      const first = tried[0]!;
      const isProblem = first.proposal.problem !== undefined;
      const code = first.proposal.problem?.code ?? first.verdict.refusals[0]?.code ?? 'accepted';
      (code === expected ? right : wrong).push(`${id}, ${what}: ${code} instead of ${expected}`);
      if (patch.author !== 'rules') accepted.push(`${id}, ${what}`);

      expect([patch.author, script]).toEqual(['rules', scripts.get(id)]);
      expect(script.toLowerCase()).not.toContain(marker.toLowerCase());
      for (const { proposal, verdict } of tried.slice(0, -1))
        expect([proposal.author, verdict.verdict, verdict.operations]).toEqual(['bedrock', 'refused', []]);
      expect(unprintable(planned)).toEqual([]);
      // What was answered is kept: as a paper where it follows the contract, and on record in any case.
      if (!isProblem) expect(audit).toContain(marker);
      expect(audit).toContain(isProblem ? `"code": "${code}"` : `"refused"`);
      if (answerText(told).includes(marker)) expect(await onRecord(world, ESTATES[id])).toContain(marker);
    },
  );

  it(`are refused by the right code in at least ${String(LEAST_RIGHT * 100)} % of the cases, and none is accepted`, () => {
    const share = right.length / ATTACKS.length;
    process.stdout.write(
      `adversarial replies: ${String(ATTACKS.length)}, accepted ${String(accepted.length)}, right code ${String(right.length)} (${(share * 100).toFixed(1)} %)\n${wrong.map((line) => `  ${line}\n`).join('')}`,
    );
    expect(accepted).toEqual([]);
    expect([share >= LEAST_RIGHT, wrong]).toEqual([true, wrong]);
  });
});

describe('answers whose commands are good and whose words are not', () => {
  it.each(HARMLESS.map((one) => [one.ecosystem, one.what, one] as const))(
    '%s: %s changes no byte of the script, and nothing that is printed',
    async (id, _what, { answer, marker }) => {
      const planned = await (await makeWorld(ESTATES[id], () => answer(marker))).plan();
      const { patch, script, audit, tried, explanation } = planned;
      expect([patch.author, tried.length, script]).toEqual(['bedrock', 1, scripts.get(id)]);
      expect(audit).toContain(marker);
      expect(unprintable(planned)).toEqual([]);
      const targets = new Set(patch.targets.map((target) => target.package));
      expect(patch.disagreements?.filter((one) => !targets.has(one.package)) ?? []).toEqual([]);
      for (const { proposal } of tried)
        for (const text of [proposal.explanation, ...proposal.notFixable.flatMap((one) => [one.package, one.reason])])
          expect(text).toMatch(PRINTABLE);
      expect(explanation.join('\n')).toContain('The model test.model-1 wrote the commands');
    },
  );
});

it('every code of an answer that cannot be used is tried', () => {
  const codes = new Set<string>(ATTACKS.map((attack) => attack.expected));
  expect(REPLY_PROBLEMS.filter((code) => !codes.has(code))).toEqual([]);
});

/** Text of an answer, also where it nests deeper than JSON.stringify goes. */
function answerText({ stopReason, texts, toolInputs }: ReturnType<(typeof ATTACKS)[number]['answer']>): string {
  try {
    return JSON.stringify([stopReason, texts, toolInputs]);
  } catch {
    return `${stopReason} too deep`;
  }
}
