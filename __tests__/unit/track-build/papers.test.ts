import { readFileSync } from 'node:fs';
import { evidenceJsonSchema } from '../../../domain/evidence/evidence-json-schema';
import type { Evidence } from '../../../domain/evidence/evidence-schema';
import { evidenceSchema } from '../../../domain/evidence/evidence-schema';
import { explainFinding } from '../../../domain/table/explain-finding';
import { makeFinding, makeImage, makePatch, makeTarget, NOW } from '../table/samples';
import { at, BUILT, KRB5, onCandidate, promotedWorld, PUSHED, SCANNED, SCANNED_AT, scanWorld } from './scan-world';

type World = Awaited<ReturnType<typeof scanWorld>>;

const TARGETS = [
  makeTarget(),
  makeTarget({ package: 'krb5', floor: '1.20-2', vulnerabilities: [KRB5.vulnerabilityId] }),
];

/** The evidence of patch 1; it follows its schema. */
async function evidenceOf(here: World): Promise<Evidence> {
  const text = await here.texts.getAudit((await here.patch())?.evidenceUri ?? '');
  return evidenceSchema.parse(JSON.parse(text ?? ''));
}

/** glibc is fixed, krb5 stays; the patch was asked of a model and approved. */
async function partly() {
  const question = {
    ...{ requestHash: 'a'.repeat(64), cached: false, inputTokens: 900, outputTokens: 100, latencyMilliseconds: 5 },
    ...{ verdict: 'accepted' as const, refusals: [], stopReason: 'end_turn' },
  };
  const here = await scanWorld({
    findings: [makeFinding(), makeFinding(KRB5)],
    patch: {
      ...{
        targets: TARGETS,
        author: 'bedrock',
        authorReason: 'The model wrote the commands.',
        proposalUri: 'proposals',
      },
      approval: { decision: 'approved', by: 'alice', reason: 'looks good', at: '2024-06-01T08:00:00.000Z' },
      times: { AWAITING_APPROVAL: '2024-06-01T07:00:00.000Z' },
      model: {
        id: 'model',
        questions: [question, { ...question, cached: true }],
        cost: { amount: 0.02, currency: 'USD' },
      },
    },
  });
  here.scan([onCandidate({ ...KRB5, installed: '1.20-1.5' })]);
  await here.track();
  return here;
}

describe('evidence', () => {
  it('of a promotion says what was there, what was done, by whom, and what came of it', async () => {
    const evidence = await evidenceOf(await partly());
    expect(evidence).toMatchObject({
      ...{ version: 1, image: 'debian-12', patch: 1, patchId: 'b'.repeat(64), scriptSha256: 'b'.repeat(64) },
      ...{ author: 'bedrock', proposals: 'proposals', buildId: 'build', proof: { by: 'scan', at: SCANNED_AT } },
      approval: { by: 'alice', reason: 'looks good' },
      model: { id: 'model', questions: [{ verdict: 'accepted' }, { cached: true }] },
      from: { digest: SCANNED },
      to: { digest: BUILT },
      targets: [
        { package: 'glibc', result: 'fixed' },
        { package: 'krb5', result: 'residual', reason: 'below-floor' },
      ],
      packages: [{ name: 'krb5', before: '1.20-1', after: '1.20-1.5' }],
      contract: { ok: true, violations: [] },
      promotion: { at: SCANNED_AT, digest: BUILT, previousDigest: SCANNED, tags: ['2024-06-01.1', 'stable'] },
      times: { AWAITING_APPROVAL: '2024-06-01T07:00:00.000Z', CANDIDATE: SCANNED_AT, PROMOTED: SCANNED_AT },
    });
    expect(evidence.findings).toMatchObject([
      {
        ...{ vulnerabilityId: 'CVE-2024-0001', package: 'glibc', result: 'fixed', state: 'FIXED' },
        before: { status: 'ACTIVE', severity: 'HIGH', installed: '2.36-9+deb12u4', floor: '2.36-9+deb12u6' },
        after: { status: 'CLOSED', proof: 'scan' },
        secondsToPatch: (Date.parse(SCANNED_AT) - Date.parse('2024-05-20T00:00:00.000Z')) / 1000,
        secondsFromFix: (Date.parse(SCANNED_AT) - Date.parse('2024-05-22T15:40:54.491Z')) / 1000,
      },
      {
        ...{ package: 'krb5', result: 'residual', state: 'RESIDUAL', reason: 'below-floor' },
        after: { status: 'ACTIVE', installed: '1.20-1.5' },
      },
    ]);
    expect(evidence.findings[1]).not.toHaveProperty('secondsToPatch');
  });

  it('of a candidate that is held says why, and of no promotion', async () => {
    const here = await scanWorld();
    here.scan([onCandidate({ vulnerabilityId: 'CVE-2024-0099', package: 'zlib' })]);
    await here.track();
    const evidence = await evidenceOf(here);
    expect(evidence.regressions).toEqual(['CVE-2024-0099 in zlib (HIGH) is new: the image before does not have it']);
    expect(evidence).not.toHaveProperty('promotion');
  });

  it('keeps the script’s own lines', async () => {
    const here = await scanWorld();
    const line = { ecosystem: 'apt', package: 'glibc', floor: '2.36-9+deb12u6', result: 'fixed', binaries: [] };
    const logUri = await here.texts.putAudit('debian-12', 'log.txt', `golden-images-result ${JSON.stringify(line)}\n`);
    here.setStatus({ state: 'AVAILABLE', candidate: { reference: at(BUILT), digest: BUILT }, logUri });
    here.scan([]);
    await here.track();
    expect(await evidenceOf(here)).toMatchObject({ buildLog: logUri, scriptReport: [line] });
  });

  it('docs/evidence.schema.json is up to date: npm run schema writes it', () => {
    expect(readFileSync('docs/evidence.schema.json', 'utf8')).toBe(evidenceJsonSchema());
  });
});

it('a finding is explained by the scan that proves it', async () => {
  const here = await promotedWorld();
  const { policy } = makeImage();
  const patches = [(await here.patch())!];
  const lines = explainFinding((await here.finding('glibc'))!, { head: await here.head(), patches, policy });
  expect(lines).toContain('It is FIXED: a completed scan of the current digest proves it, which lists it no more.');
  expect(lines).toContain(
    `On ${BUILT} (current), a completed scan says: CLOSED, HIGH, installed 2.36-9+deb12u4, fixed in 2.36-9+deb12u6.`,
  );
});

describe('measures', () => {
  const of = (here: World, name: string) =>
    here.metrics.measures.filter((one) => one.name === name).map(({ value, unit, by }) => ({ value, unit, by }));

  it('of a promotion: time to patch by the clock, what was fixed, what it cost, who was asked', async () => {
    const here = await partly();
    const severity = { severity: 'HIGH' };
    expect(of(here, 'TimeToPatch')).toEqual([{ value: 1_073_100, unit: 'seconds', by: severity }]);
    expect(of(here, 'TimeFromFix')).toEqual([{ value: 843_845.509, unit: 'seconds', by: severity }]);
    expect(of(here, 'Promotions')).toEqual([
      { value: 1, unit: 'count', by: { author: 'bedrock', approval: 'approved' } },
    ]);
    expect(of(here, 'ModelTokensPerFix')).toEqual([{ value: 1000, unit: 'count', by: {} }]);
    expect(of(here, 'ModelCostPerFix')).toEqual([{ value: 0.02, unit: 'cost', by: {} }]);
    expect(here.metrics.counts).toEqual({
      ...{ VulnerabilitiesFixed: 1, 'VulnerabilitiesFixed HIGH': 1 },
      ...{ Residuals: 1, 'Residuals below-floor': 1 },
    });
  });

  it('of rules and nobody asked', async () => {
    const here = await promotedWorld();
    expect(of(here, 'Promotions')).toEqual([
      { value: 1, unit: 'count', by: { author: 'rules', approval: 'automatic' } },
    ]);
    expect(of(here, 'ModelTokensPerFix')).toEqual([]);
  });

  it.each<[string, Parameters<typeof makeFinding>[0]]>([
    ['suppression', { status: 'SUPPRESSED' }],
    ['a closed finding (expiry, deletion)', { status: 'CLOSED' }],
  ])('%s before the promotion never counts as fixed', async (_what, overrides) => {
    const here = await scanWorld({
      findings: [makeFinding(), makeFinding({ ...KRB5, ...overrides, pushedAt: PUSHED })],
    });
    here.scan([]);
    await here.track();
    expect([await here.findings(), here.metrics.counts['VulnerabilitiesFixed']]).toEqual([
      ['glibc FIXED', 'krb5 FIXED'],
      1,
    ]);
    expect(of(here, 'TimeToPatch')).toHaveLength(1);
    expect(here.notifier.of('promoted')[0]?.fixed).toHaveLength(1);
  });
});

describe('a build that failed', () => {
  const fail = async (here: World, failures: number) => {
    const head = (await here.head())!;
    await here.store.put({ ...head, failures, version: head.version + 1 }, head.version);
    here.setStatus({ state: 'FAILED', reason: 'script', detail: 'exit 100' });
    return await here.track();
  };

  it('is counted by its reason; people are told where it stops the image', async () => {
    const here = await scanWorld();
    expect(await fail(here, 1)).toMatchObject({ did: 'failed' });
    expect(here.metrics.counts).toEqual({ BuildsFailed: 1, 'BuildsFailed script': 1 });
    expect(here.notifier.notices).toEqual([]);
    const stopped = await scanWorld();
    await fail(stopped, 2);
    expect((await stopped.head())?.state).toBe('STOPPED');
    expect(stopped.notifier.notices).toMatchObject([{ kind: 'stopped', patch: 1, failures: 3, detail: 'exit 100' }]);
    expect(await stopped.track()).toEqual({ did: 'nothing', why: 'no-build' });
    expect(stopped.notifier.notices).toHaveLength(1);
  });

  it.each(['FAILED', 'CANCELLED'] as const)(
    'of the builder (%s) stops it as well after a day, and says so',
    async (state) => {
      const here = await scanWorld();
      const since = new Date(NOW.getTime() - 24 * 3_600_000).toISOString();
      for (const sequence of [-1, 0])
        await here.store.put(
          makePatch({ sequence, state: 'FAILED', reason: 'builder', buildId: 'b', stateSince: since }),
          0,
        );
      const head = (await here.head())!;
      await here.store.put({ ...head, failures: 2, version: head.version + 1 }, head.version);
      here.setStatus({ state, reason: 'builder', detail: 'no capacity' });
      await here.track();
      expect(here.notifier.notices).toMatchObject([
        { kind: 'stopped', patch: 1, failures: 3, reason: 'builder', detail: 'no capacity' },
      ]);
      expect(await here.head()).toMatchObject({ state: 'STOPPED', failures: 3 });
      // Nobody has it looked at again but a person: nothing is put off, nor counted so.
      expect(here.metrics.counts).toEqual({ BuildsFailed: 1, 'BuildsFailed builder': 1 });
    },
  );

  it('of the builder before that is put off, counted, and told to nobody', async () => {
    const here = await scanWorld();
    here.setStatus({ state: 'FAILED', reason: 'builder', detail: 'no capacity' });
    await here.track();
    expect([here.notifier.notices, await here.head()]).toMatchObject([[], { state: 'IDLE', failures: 1 }]);
    expect(here.metrics.counts).toEqual({
      ...{ BuildsFailed: 1, 'BuildsFailed builder': 1 },
      ...{ ImagesPostponed: 1, 'ImagesPostponed builder': 1 },
    });
  });
});
