import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { EcrImageRegistry } from '../../adapters/aws/ecr-image-registry';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import { loadDeployed } from '../../cli/run/deployed-environment';
import { evidenceSchema } from '../../domain/evidence/evidence-schema';
import { promotedEventDetail } from '../../domain/notice/promoted-event';
import { TEST_ACCOUNT, TEST_REGION } from '../support/aws/aws-environment';
import { type ChainOutbox, openOutbox } from '../support/aws/chain-outbox';
import { type InspectorEvent, subjectOf } from '../support/aws/chain-events';
import { createChainResources } from '../support/aws/chain-resources';
import { startLambdaChain, type LambdaChain, REGISTRY_HOST } from '../support/aws/lambda-chain';
import { makeLambdaZips } from '../support/aws/lambda-zips';
import { buildAndScan } from '../support/aws/emulated-builds';
import { loggedMeasures } from '../support/aws/logged-measures';
import { describeOnMoto } from '../support/aws/moto-server';
import { pushGolden } from '../support/aws/push-golden';
import { estateOf, RECORDED, tableOf, targetsOf } from '../support/aws/recorded-images';
import { bundleCli, type CliBundle, runBundle } from '../support/cli-bundle';
import { openVexSchema } from '../support/openvex-schema';

const NAMES = ['debian', 'alpine', 'amazonlinux', 'golang'] as const;
type Name = (typeof NAMES)[number];
/** Whose fix the repositories do not have, by image. */
const MISSING: Partial<Record<Name, readonly string[]>> = { amazonlinux: ['expat'] };

/** What the script says, and how it comes to stand in a build's log. */
const SAID = { ecosystem: 'apt', package: 'some-package', floor: '1.0', result: 'already-fixed', binaries: [] };
const LOG = `#9 1.0 password=hunter2\n#9 1.1 golden-images-result ${JSON.stringify(SAID)}\n#9 1.2 golden-images-exit 0\n`;

/** What becomes of the recorded findings. */
const STATES: Record<Name, Readonly<Record<string, number>>> = {
  debian: { FIXED: 2, 'PARKED below-threshold': 4, 'PARKED no-fix': 3 },
  alpine: { FIXED: 10, 'PARKED below-threshold': 2 },
  amazonlinux: { FIXED: 18, 'PARKED below-threshold': 27, 'RESIDUAL fix-not-in-repository': 1 },
  golang: { FIXED: 422, 'PARKED below-threshold': 104, 'PARKED no-fix': 183, 'PARKED language-package': 4 },
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

describeOnMoto('on the emulator', (moto) => {
  describe('the closed loop of the bundled functions', () => {
    const directory = mkdtempSync(join(tmpdir(), 'closed-loop-'));
    const config = join(directory, 'golden-images.yaml');
    let chain: LambdaChain;
    let outbox: ChainOutbox;
    let registry: EcrImageRegistry;
    let scripts: S3ScriptStore;
    let cli: CliBundle;

    beforeAll(async () => {
      const environments = { test: { account: TEST_ACCOUNT, region: TEST_REGION, backend: { type: 'local' } } };
      writeFileSync(config, JSON.stringify({ ...estateOf(...NAMES), environments }));
      const { names } = await loadDeployed(config, 'test');
      const [zips, resources] = [await makeLambdaZips(), await createChainResources({}, names)];
      cli = await bundleCli();
      chain = await startLambdaChain({ moto: moto(), zips, resources, config: estateOf(...NAMES) });
      outbox = await openOutbox(chain);
      registry = new EcrImageRegistry({ client: makeEcrClient(), registry: REGISTRY_HOST });
      scripts = new S3ScriptStore({ client: makeS3Client(), bucket: names.scriptBucket });
    });
    afterAll(async () => {
      await chain.stop();
      await cli.remove();
      rmSync(directory, { recursive: true });
    });

    const digestAt = async (name: Name, tag: string): Promise<string | undefined> =>
      (await registry.describe(`${REGISTRY_HOST}/golden/${name}:${tag}`))?.digest;

    test.each(NAMES)('takes what was recorded of %s from findings to a promoted image, and proves it', async (name) => {
      const events: readonly InspectorEvent[] = RECORDED[name];
      const before = events.map(subjectOf)[0]?.digest ?? '';
      await pushGolden(chain, events);
      await chain.scanner.seed(events);
      await chain.send(events);
      await chain.settle();
      expect(await digestAt(name, 'stable')).toBeUndefined();
      const logged = chain.functions['track-build'].log.length;
      const digest = await buildAndScan(chain, name, { missing: MISSING[name] ?? [], log: LOG });

      // The table: one promotion, no lease, and every finding as the scanner has it.
      const { head, patches, findings, states } = await tableOf(chain, name);
      const [patch, ...others] = patches;
      if (head?.promoted === undefined || patch === undefined) throw new Error(`${name} was not promoted`);
      const { since } = head.promoted;
      const tag = `${since.slice(0, 10)}.1`;
      expect(others).toStrictEqual([]);
      expect(patch).toMatchObject({ state: 'PROMOTED', stateSince: since, candidate: { digest } });
      expect(head).toMatchObject({
        ...{ state: 'IDLE', judged: digest },
        promoted: { digest, patch: 1, reference: `${REGISTRY_HOST}/golden/${name}:${tag}` },
        adopted: { digest: before },
      });
      expect([head.lease, head.previous]).toStrictEqual([undefined, undefined]);
      expect(states).toStrictEqual(STATES[name]);
      const inState = (...wanted: readonly string[]): string[] =>
        findings
          .filter(({ state }) => wanted.includes(state))
          .map((finding) => `${finding.vulnerabilityId} ${finding.package}`);
      const [was, is] = [new Set(chain.scanner.active(before)), new Set(chain.scanner.active(digest))];
      expect(new Set(inState('PARKED', 'RESIDUAL', 'OPEN'))).toStrictEqual(is);
      expect(new Set(inState('FIXED'))).toStrictEqual(new Set([...was].filter((one) => !is.has(one))));
      for (const finding of findings) expect(finding.judgedOn).toBe(digest);

      // The registry: the floating tag and an immutable one, and the builder's no more.
      expect([await digestAt(name, 'stable'), await digestAt(name, tag)]).toStrictEqual([digest, digest]);
      expect(await digestAt(name, 'candidate')).toBeUndefined();

      // The papers: evidence that names the script by its hash, and OpenVEX.
      const fixed = findings.filter(({ state }) => state === 'FIXED');
      const evidence = evidenceSchema.parse(JSON.parse((await scripts.getAudit(patch.evidenceUri ?? '')) ?? ''));
      const script = await scripts.getScript(evidence.script);
      expect([sha256(script), evidence.patchId]).toStrictEqual([evidence.scriptSha256, evidence.scriptSha256]);
      expect(evidence).toMatchObject({
        ...{ image: name, patch: 1, to: { digest }, source: { digest: before }, proof: { by: 'scan' } },
        promotion: { at: since, digest, previousDigest: before, tags: [tag, 'stable'] },
        ...{ buildId: patch.buildId, contract: { ok: true, violations: [] }, regressions: [] },
      });
      expect(evidence.targets.map((target) => `${target.package} ${target.floor}`)).toStrictEqual(targetsOf(patch));
      expect(evidence.findings).toHaveLength(findings.length);
      expect(evidence.findings.filter(({ result }) => result === 'fixed')).toHaveLength(fixed.length);
      expect(evidence.proposals).toBe(patch.proposalUri);
      expect([evidence.scriptReport, evidence.buildLog]).toStrictEqual([[SAID], patch.buildLogUri]);
      expect(await scripts.getAudit(evidence.buildLog ?? '')).toBe(
        `golden-images-result ${JSON.stringify(SAID)}\ngolden-images-exit 0\n==> ApplyBuildComponents/stdout\n#9 1.0 password=[redacted]\n`,
      );
      const published = z.fromJSONSchema(
        JSON.parse(readFileSync('docs/evidence.schema.json', 'utf8')) as Parameters<typeof z.fromJSONSchema>[0],
      );
      expect(published.safeParse(evidence).error).toBeUndefined();
      const vexUri = (patch.evidenceUri ?? '').replace('.evidence.json', '.openvex.json');
      const vex = openVexSchema.parse(JSON.parse((await scripts.getAudit(vexUri)) ?? ''));
      expect(vex.statements.filter(({ status }) => status === 'fixed').length).toBeGreaterThan(0);

      // People and other systems.
      const [notice, ...moreNotices] = await outbox.notices();
      expect([notice?.attributes, moreNotices]).toStrictEqual([{ image: name, kind: 'promoted' }, []]);
      expect(notice?.subject).toContain(`${name}: promoted, ${fixed.length} fixed`);
      const [event, ...moreEvents] = await outbox.events();
      expect([event?.['detail-type'], moreEvents]).toStrictEqual(['GoldenImagePromoted', []]);
      const detail = promotedEventDetail.parse(event?.detail);
      expect(detail).toMatchObject({ image: name, digest, previousDigest: before, tags: [tag, 'stable'], at: since });
      expect(detail.fixed).toHaveLength(fixed.length);

      // The measure: from when the scanner saw it first until the image was promoted.
      const lines = chain.functions['track-build'].log.slice(logged);
      const took = fixed.map(({ firstObservedAt }) => seconds(firstObservedAt, since));
      expect(loggedMeasures(lines, 'TimeToPatch').sort()).toStrictEqual(took.sort());
      expect(loggedMeasures(lines, 'Promotions')).toStrictEqual([1]);
      expect(chain.events.givenUp).toStrictEqual([]);
    });

    test('a vulnerability that is published later is patched too, and the command line takes that back', async () => {
      const first = await digestAt('debian', 'stable');
      const settled = new Set(
        (await tableOf(chain, 'debian')).findings.flatMap(({ sk, state }) => (state === 'FIXED' ? sk : [])),
      );
      const [template] = RECORDED.debian.filter(({ detail }) => detail['fixAvailable'] === 'YES');
      if (template === undefined) throw new Error('there is no finding with a fix');
      const text = JSON.stringify(template)
        .replaceAll(/CVE-\d+-\d+/g, 'CVE-2099-1')
        .replaceAll(/deb12u\d+"/g, 'deb12u99"');
      chain.advance(3600);
      chain.scanner.learn(JSON.parse(text) as InspectorEvent);
      await chain.settle();
      const found = (await tableOf(chain, 'debian')).findings.find((one) => one.vulnerabilityId === 'CVE-2099-1');
      expect(found).toMatchObject({ state: 'OPEN', judgedOn: first });
      chain.advance(3600);
      const logged = chain.functions['track-build'].log.length;
      const second = await buildAndScan(chain, 'debian');
      expect(await digestAt('debian', 'stable')).toBe(second);
      const { head, findings } = await tableOf(chain, 'debian');
      expect(head).toMatchObject({ promoted: { digest: second, patch: 2 }, previous: { digest: first, patch: 1 } });
      expect(findings.find((one) => one.vulnerabilityId === 'CVE-2099-1')?.state).toBe('FIXED');
      const since = head?.promoted?.since ?? '';
      const fixed = findings.filter(({ sk, state }) => state === 'FIXED' && !settled.has(sk));
      const took = fixed.map(({ firstObservedAt }) => seconds(firstObservedAt, since)).sort();
      expect(loggedMeasures(chain.functions['track-build'].log.slice(logged), 'TimeToPatch').sort()).toStrictEqual(
        took,
      );
      // Learnt of an hour before its patch was promoted; the others are those that the same version of the package fixes.
      expect(took).toContain(seconds(found?.firstObservedAt ?? '', since));
      expect(Math.abs(seconds(found?.firstObservedAt ?? '', since) - 3600)).toBeLessThan(60);
      await outbox.notices();
      await outbox.events();

      const flags = ['--environment', 'test', '--config', config, '--json'];
      const run = await runBundle(cli, [
        'rollback',
        '--image',
        'debian',
        '--reason',
        'TLS fails',
        '--by',
        'bob',
        ...flags,
      ]);
      expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
      expect(JSON.parse(run.stdout)).toMatchObject({ did: 'rolled-back', digest: first, from: second, patch: 2 });
      expect(await digestAt('debian', 'stable')).toBe(first);
      // The tags that say when are where they were.
      const dated = [head?.previous, head?.promoted].map((one) => one?.reference.split(':').at(-1) ?? '');
      expect(dated.map((tag) => /^\d{4}-\d\d-\d\d\.[12]$/.test(tag))).toStrictEqual([true, true]);
      expect(await Promise.all(dated.map(async (tag) => await digestAt('debian', tag)))).toStrictEqual([first, second]);
      const after = await tableOf(chain, 'debian');
      expect(after.head).toMatchObject({ promoted: { digest: first, patch: 1 }, judged: first });
      expect(after.patches.map(({ state }) => state)).toStrictEqual(['PROMOTED', 'ROLLED_BACK']);
      expect(after.findings.find((one) => one.vulnerabilityId === 'CVE-2099-1')?.state).toBe('OPEN');
      expect((await outbox.notices()).map(({ attributes }) => attributes['kind'])).toStrictEqual(['rolled-back']);
      expect((await outbox.events()).map((event) => event['detail-type'])).toStrictEqual(['GoldenImageRolledBack']);

      // What a person took back is not built again by itself.
      await chain.settle();
      expect(await chain.reconcile()).toStrictEqual({ images: NAMES.length, troubles: 0 });
      await chain.settle();
      expect((await tableOf(chain, 'debian')).head).toMatchObject({ state: 'IDLE', sequence: 2 });
    });
  });
});
