import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { ImageReport, PatchReport } from '../../../cli/run/patch-report';
import { exitCodeOf, reportImage } from '../../../cli/run/patch-report';
import type { AskedQuestion, PatchModelUse } from '../../../domain/author/patch-authorship';
import { requestReplan, settleReplan } from '../../../domain/table/head-changes';
import { replanKey } from '../../../domain/table/keys';
import type { PatchItem } from '../../../domain/table/patch-item';
import type { ReplanItem } from '../../../domain/table/replan-item';
import type { TableItem } from '../../../domain/table/items';
import { makeUse } from '../author/samples';
import { makeImage, makeItem, makePatch, makeTarget, NOW } from '../table/samples';

const { modelId: _id, ...USE } = makeUse();
const question = (overrides: Partial<AskedQuestion> = {}): AskedQuestion => ({
  ...USE,
  verdict: 'accepted',
  refusals: [],
  ...overrides,
});
const asked = (...questions: AskedQuestion[]): PatchModelUse => ({
  id: 'model-1',
  questions,
  cost: { amount: 0.009, currency: 'USD' },
});
const promoted = (overrides: Partial<PatchItem> = {}): PatchItem =>
  makePatch({
    state: 'PROMOTED',
    author: 'bedrock',
    authorReason: 'The model wrote them.',
    model: asked(question(), question()),
    modelCalls: 2,
    outcomes: [{ package: 'glibc', result: 'fixed', binaries: [] }],
    targets: [makeTarget({ vulnerabilities: ['CVE-1', 'CVE-2', 'CVE-3'] })],
    ...overrides,
  });

async function report(items: readonly TableItem[], replan?: { why: string; notBefore?: Date }): Promise<ImageReport> {
  const table = new MemoryFindingTable();
  for (const item of items) await table.put(item, 0);
  if (replan !== undefined) await requestReplan(table, 'debian-12', replan.why, replan.notBefore);
  return await reportImage(table, makeImage(), { sequence: 0, inFlight: undefined }, '/state', undefined);
}
const exitOf = (image: ImageReport): number => {
  const all: PatchReport = {
    images: { 'debian-12': image },
    malformed: [],
    duplicates: 0,
    ignored: {},
    findings: 0,
    undeclared: {},
  };
  return exitCodeOf(all);
};

describe('a patch that a model wrote', () => {
  it('tells who wrote it, why, what was asked and what that cost', async () => {
    expect(await report([promoted()])).toMatchObject({
      outcome: 'patched',
      author: 'bedrock',
      authorReason: 'The model wrote them.',
      model: {
        id: 'model-1',
        calls: 2,
        inputTokens: 2_000,
        outputTokens: 200,
        cost: { amount: 0.009, currency: 'USD' },
        costPerFixedVulnerability: 0.003,
      },
    });
  });

  it('counts only what was paid', async () => {
    const model = asked(question({ cached: true }), question({ inputTokens: 7, outputTokens: 3 }));
    expect((await report([promoted({ model })])).model).toMatchObject({ calls: 1, inputTokens: 7, outputTokens: 3 });
  });

  it('has no cost where no prices are configured', async () => {
    const { cost: _cost, ...model } = asked(question());
    const told = (await report([promoted({ model })])).model;
    expect(told).toEqual({ id: 'model-1', calls: 1, inputTokens: 1_000, outputTokens: 100 });
  });

  it('costs by the vulnerabilities of the targets that were fixed, each once', async () => {
    const targets = [
      makeTarget({ vulnerabilities: ['CVE-1', 'CVE-2'] }),
      makeTarget({ package: 'krb5', vulnerabilities: ['CVE-2', 'CVE-3', 'CVE-4', 'CVE-5', 'CVE-6'] }),
      makeTarget({ package: 'curl', vulnerabilities: ['CVE-7'] }),
    ];
    const outcomes = [
      { package: 'glibc', result: 'fixed', binaries: [] },
      { package: 'krb5', result: 'fixed', binaries: [] },
      { package: 'curl', result: 'residual', reason: 'held', binaries: [] },
    ] as const;
    expect((await report([promoted({ targets, outcomes })])).model?.costPerFixedVulnerability).toBe(0.0015);
  });

  it('counts the vulnerabilities that the item could not list', async () => {
    const targets = [makeTarget({ vulnerabilities: ['CVE-1'], omitted: 8 })];
    expect((await report([promoted({ targets })])).model?.costPerFixedVulnerability).toBe(0.001);
  });

  it.each([
    ['nothing was fixed', { outcomes: [{ package: 'glibc', result: 'already-fixed', binaries: [] }] }],
    ['it was not promoted', { state: 'HELD', reason: 'worse' }],
  ] as [string, Partial<PatchItem>][])('has a cost but none by vulnerability where %s', async (_name, overrides) => {
    const { model } = await report([promoted(overrides)]);
    expect(model?.cost).toEqual({ amount: 0.009, currency: 'USD' });
    expect(model).not.toHaveProperty('costPerFixedVulnerability');
  });

  it('by rules says nothing of a model', async () => {
    const told = await report([makePatch({ state: 'PROMOTED', outcomes: [] })]);
    expect(told).toMatchObject({ author: 'rules' });
    expect([told, told.model]).toEqual([
      expect.not.objectContaining({ authorReason: expect.anything() as unknown }),
      undefined,
    ]);
  });
});

describe('a patch that waits for the model', () => {
  const WHY = 'The model could not be asked (throttled): too many requests.';
  const waits = { why: WHY, notBefore: new Date(NOW.getTime() + 600_000) };

  it('is not built, and tells why and until when; that is no failure', async () => {
    const told = await report([makeItem()], waits);
    expect(told).toMatchObject({
      outcome: 'not-built',
      reason: 'model-unavailable',
      detail: `${WHY} The patch waits for the model; not before 2024-06-01T00:10:00.000Z, or when run again.`,
      targets: [],
    });
    expect(exitOf(told)).toBe(0);
  });

  it('also where an earlier attempt has failed', async () => {
    const failed = makePatch({ state: 'FAILED', reason: 'script', detail: 'script exited with 1' });
    expect(await report([makeItem(), failed], waits)).toMatchObject({
      outcome: 'not-built',
      reason: 'model-unavailable',
      patchId: failed.patchId,
    });
  });

  it.each([
    ['nothing is open', [makeItem({ state: 'PARKED', reason: 'no-fix' })], waits],
    ['somebody asks for a look at once', [makeItem()], { why: 'a person' }],
  ])('does not where %s', async (_name, items, replan) => {
    const told = await report(items, replan);
    expect([told.outcome, told.reason]).toEqual(['nothing-to-do', undefined]);
  });

  it('does not once the request is settled', async () => {
    const table = new MemoryFindingTable();
    await table.put(makeItem(), 0);
    await requestReplan(table, 'debian-12', WHY, waits.notBefore);
    await settleReplan(table, (await table.get(replanKey('debian-12'))) as ReplanItem);
    const told = await reportImage(table, makeImage(), { sequence: 0, inFlight: undefined }, '/state', undefined);
    expect(told.reason).toBeUndefined();
  });
});
