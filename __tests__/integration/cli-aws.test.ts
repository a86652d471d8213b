import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { makeSnsClient } from '../../adapters/aws/clients/sns-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { EcrImageRegistry } from '../../adapters/aws/ecr-image-registry';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import type { DeployedNames } from '../../domain/config/deployed-names';
import { loadDeployed } from '../../cli/run/deployed-environment';
import type { FindingTable } from '../../domain/ports';
import { readHead, updateHead } from '../../domain/table/head-changes';
import type { TableItem } from '../../domain/table/items';
import { isFindingItem } from '../../domain/table/finding-item';
import { isPatchItem, type PatchItem } from '../../domain/table/patch-item';
import { replanKey } from '../../domain/table/keys';
import { TEST_ACCOUNT, TEST_REGION, withEnvironment } from '../support/aws/aws-environment';
import { type EcrServer, pushImage, startEcrServer } from '../support/aws/ecr-server';
import { describeOnMoto } from '../support/aws/moto-server';
import { createBucket, createRepository, createTable } from '../support/aws/resources';
import { bundleCli, type BundleRun, type CliBundle, runBundle } from '../support/cli-bundle';
import { makeItem, makeObservation, makePatch, makeTarget } from '../unit/table/samples';

const IMAGE = 'debian-12';
const REPOSITORY = 'golden/debian-12';
/** Pattern of the ARN that STS gives: without spaces. */
const CALLER = String.raw`arn:aws:(?:iam|sts)::${TEST_ACCOUNT}:\S+`;
const backend = 'backend: { type: local }';
const CONFIG = `version: 1
images:
  - { name: ${IMAGE}, repository: ${REPOSITORY}, parent: "debian:12", platform: DEBIAN_12, policy: { mode: approve } }
  - { name: alpine-3, repository: golden/alpine-3, parent: "alpine:3" }
environments:
  test: { account: "${TEST_ACCOUNT}", region: ${TEST_REGION}, ${backend} }
  elsewhere: { account: "999999999999", region: ${TEST_REGION}, ${backend} }
`;

describeOnMoto('the command line on an environment, on moto', (moto) => {
  let cli: CliBundle;
  let directory: string;
  let config: string;
  let server: EcrServer;
  let restore: () => void;
  let names: DeployedNames;
  let table: FindingTable;
  let scripts: S3ScriptStore;
  let registry: EcrImageRegistry;
  const digests: Record<'before' | 'now', string> = { before: '', now: '' };

  beforeAll(async () => {
    cli = await bundleCli();
    directory = mkdtempSync(join(tmpdir(), 'cli-aws-'));
    config = join(directory, 'golden-images.yaml');
    writeFileSync(config, CONFIG);
    server = await startEcrServer(moto());
    restore = withEnvironment({ AWS_ENDPOINT_URL_ECR: server.url });
    ({ names } = await loadDeployed(config, 'test'));
    const [dynamo, ecr, s3] = [makeDynamoDbClient(), makeEcrClient(), makeS3Client()];
    await createTable(dynamo, names.table);
    await createBucket(s3, names.scriptBucket);
    await makeSnsClient().send(new CreateTopicCommand({ Name: names.topicArn.split(':').at(-1) ?? '' }));
    table = new DynamoDbFindingTable({ client: dynamo, tableName: names.table });
    scripts = new S3ScriptStore({ client: s3, bucket: names.scriptBucket });
    registry = new EcrImageRegistry({ client: ecr, registry: names.registryHost });
    await createRepository(ecr, REPOSITORY);
    for (const [which, tag] of [
      ['before', '2024-05-01.1'],
      ['now', '2024-05-20.1'],
    ] as const)
      digests[which] = (await pushImage(server, ecr, REPOSITORY, tag, { layers: ['base', which] })).digest;
    await registry.tag(reference('2024-05-20.1'), reference('stable'));
    await fill();
  }, 120_000);
  afterAll(async () => {
    restore();
    await server.stop();
    await cli.remove();
    rmSync(directory, { recursive: true });
  });

  const reference = (tag: string): string => `${names.registryHost}/${REPOSITORY}:${tag}`;

  /** What an environment has after some time: one patch promoted, one that waits, one that is too old. */
  async function fill(): Promise<void> {
    const { uri, sha256 } = await scripts.putScript(IMAGE, '#!/bin/sh\nexit 0\n');
    const evidenceUri = await scripts.putAudit(IMAGE, `${sha256}.evidence.json`, '{"patch": 1, "fixed": ["CVE-1"]}');
    const since = new Date().toISOString();
    const waiting: Partial<PatchItem> = { state: 'AWAITING_APPROVAL', stateSince: since };
    const fixed = makeItem({
      ...{ sk: 'FINDING#CVE-1#OS#krb5', vulnerabilityId: 'CVE-1', package: 'krb5', state: 'FIXED' },
      judgedOn: digests.now,
      observations: {
        [digests.before]: makeObservation({ digest: digests.before }),
        [digests.now]: { ...makeObservation({ status: 'CLOSED' }), proof: 'scan' },
      },
    });
    const open = makeItem({
      judgedOn: digests.now,
      observations: { [digests.now]: makeObservation({ severity: 'CRITICAL', digest: digests.now }) },
    });
    const items: TableItem[] = [
      fixed,
      open,
      makePatch({
        state: 'PROMOTED',
        patchId: sha256,
        scriptUri: uri,
        evidenceUri,
        targets: [makeTarget({ package: 'krb5' })],
      }),
      makePatch({
        ...waiting,
        sequence: 2,
        planHash: 'c'.repeat(64),
        targets: [makeTarget(), makeTarget({ package: 'krb5' })],
      }),
      makePatch({ ...waiting, sequence: 3, planHash: 'd'.repeat(64) }),
    ];
    for (const item of items) await table.put(item, 0);
    const promoted = (which: 'before' | 'now', tag: string) => ({
      ...{ digest: digests[which], reference: reference(tag), since, descendsFrom: [] },
      ...(which === 'now' && { patch: 1 }),
    });
    await updateHead(table, IMAGE, (head) => ({
      ...head,
      promoted: promoted('now', '2024-05-20.1'),
      previous: promoted('before', '2024-05-01.1'),
      judged: digests.now,
    }));
  }

  async function run(...args: string[]): Promise<BundleRun> {
    // The region is the configuration's, whatever the shell has.
    return await runBundle(cli, [...args, '--config', config], { env: { AWS_REGION: 'us-east-1' } });
  }
  async function json(...args: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await run(...args, '--environment', 'test', '--json');
    if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }
  const patches = async (): Promise<PatchItem[]> => (await table.query(`IMAGE#${IMAGE}`, 'PATCH#')).filter(isPatchItem);

  test('status tells every declared image, and the commands to type', async () => {
    const { images } = (await json('status')) as { images: Record<string, Record<string, unknown>> };
    expect(Object.keys(images)).toEqual(['alpine-3', IMAGE]);
    expect(images['alpine-3']).toEqual({ open: [], parked: {}, residual: {}, fixed: 0, waiting: [], commands: [] });
    expect(images[IMAGE]).toMatchObject({
      state: 'IDLE',
      current: digests.now,
      promoted: { digest: digests.now, patch: 1 },
      previous: digests.before,
      open: [{ severity: 'CRITICAL', count: 1, oldest: '2024-05-20T00:00:00.000Z' }],
      fixed: 1,
      waiting: [{ patch: 2 }, { patch: 3 }],
    });
    const commands = images[IMAGE]?.['commands'] as { type: string }[];
    expect(commands[0]?.type).toBe(
      `golden-images approve ${IMAGE} 2 --reason '…' --environment test --config ${config}`,
    );
  });

  test('findings lists what the table has, and explain says why', async () => {
    const { findings } = (await json('findings', 'open', '--image', IMAGE)) as { findings: unknown[] };
    expect(findings).toEqual([
      {
        ...{ image: IMAGE, key: 'FINDING#CVE-2024-0001#OS#glibc', vulnerabilityId: 'CVE-2024-0001', package: 'glibc' },
        ...{ installed: '2.36-9+deb12u4', floor: '2.36-9+deb12u6', severity: 'CRITICAL', state: 'OPEN' },
        firstSeen: '2024-05-20T00:00:00.000Z',
      },
    ]);
    const listed = await run('findings', '--environment', 'test');
    expect([listed.code, listed.stdout.split('\n')]).toEqual([
      0,
      [
        expect.stringMatching(/^IMAGE +STATE +SEVERITY +PACKAGE +INSTALLED → FLOOR +FIRST SEEN +KEY$/),
        expect.stringMatching(/^debian-12 +OPEN +CRITICAL +glibc .* 2024-05-20 +FINDING#CVE-2024-0001#OS#glibc$/),
        expect.stringMatching(/^debian-12 +FIXED +HIGH +krb5 .* FINDING#CVE-1#OS#krb5$/),
        '',
      ],
    ]);

    const explained = (await json('explain', 'CVE-1')) as { findings: { state: string; chain: string[] }[] };
    expect(explained.findings).toMatchObject([{ image: IMAGE, key: 'FINDING#CVE-1#OS#krb5', state: 'FIXED' }]);
    expect(explained.findings[0]?.chain).toContain(
      'It is FIXED: a completed scan of the current digest proves it, which lists it no more.',
    );
    expect(explained.findings[0]?.chain.join('\n')).toContain(`The current digest is ${digests.now}, promoted `);
    const unknown = await run('explain', 'CVE-9', '--environment', 'test');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no finding CVE-9 is known in test')]);
    expect(unknown.stderr).toContain(`"golden-images findings --environment test --config ${config}"`);
  });

  test('approve makes a patch READY, in the name of the credentials', async () => {
    const approved = await json('approve', IMAGE, '2', '--reason', 'change 4711');
    expect(approved).toMatchObject({
      did: 'approved',
      state: 'READY',
      approval: { by: expect.stringMatching(new RegExp(`^${CALLER}$`)) as unknown },
    });
    expect((await patches())[1]).toMatchObject({ state: 'READY', version: 2, approval: { reason: 'change 4711' } });
    expect(await json('approve', IMAGE, '2', '--reason', 'again')).toMatchObject({ did: 'nothing' });
  });

  test('reject takes one out, and the other word is refused', async () => {
    expect(await json('reject', IMAGE, '3', '--reason', 'no', '--by', 'alice')).toMatchObject({ state: 'REJECTED' });
    const refused = await run('approve', IMAGE, '3', '--reason', 'yes', '--environment', 'test');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('patch 3 of debian-12 cannot be approved: it is REJECTED');
    // Who is named stands behind the ARN, and never in its place.
    expect(refused.stderr).toMatch(new RegExp(`it was rejected by ${CALLER} for alice at `));
    expect((await patches())[2]?.approval?.by).toMatch(new RegExp(`^${CALLER} for alice$`));
  });

  test('evidence is printed with its script, whose bytes S3 has unchanged', async () => {
    const [patch] = await patches();
    expect(await json('evidence', '--image', IMAGE)).toMatchObject({
      patch: 1,
      script: { uri: patch?.scriptUri, sha256: patch?.patchId, verified: true },
      evidence: { patch: 1, fixed: ['CVE-1'] },
    });
  });

  test('a rebuild is written, its script in S3', async () => {
    expect(await json('rebuild', '--image', IMAGE, '--reason', 'certificates')).toMatchObject({
      patch: 4,
      state: 'READY',
    });
    const rebuilt = (await patches()).at(-1);
    expect(rebuilt).toMatchObject({ rebuild: true, approval: { decision: 'approved' } });
    expect(await scripts.getScript(rebuilt?.scriptUri ?? '')).toContain(`# plan: ${rebuilt?.planHash ?? ''}\n`);
    expect((await patches())[1]?.state).toBe('SUPERSEDED');
  });

  test('rollback moves the tag in ECR, and has the findings judged on what is promoted again', async () => {
    const rolled = await json('rollback', '--image', IMAGE, '--reason', 'TLS fails', '--by', 'bob');
    expect(rolled).toMatchObject({ did: 'rolled-back', digest: digests.before, from: digests.now, patch: 1 });
    expect((await registry.describe(reference('stable')))?.digest).toBe(digests.before);
    expect((await registry.describe(reference('2024-05-20.1')))?.digest).toBe(digests.now);
    expect((await readHead(table, IMAGE))?.promoted?.digest).toBe(digests.before);
    expect((await patches())[0]).toMatchObject({
      state: 'ROLLED_BACK',
      rolledBack: { by: expect.stringMatching(new RegExp(`^${CALLER} for bob$`)) as unknown, reason: 'TLS fails' },
    });
    const findings = (await table.query(`IMAGE#${IMAGE}`, 'FINDING#')).filter(isFindingItem);
    expect(findings.find(({ package: name }) => name === 'krb5')).toMatchObject({
      state: 'OPEN',
      judgedOn: digests.before,
    });

    const again = await run('rollback', '--image', IMAGE, '--reason', 'again', '--environment', 'test');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('there is no image before')]);
  });

  test('retry lets the plan that was taken back be tried again', async () => {
    const word = ['--reason', 'TLS is mended', '--by', 'alice'];
    expect(await json('retry', '--image', IMAGE, ...word)).toMatchObject({ patches: 2, wasStopped: false });
    expect((await patches()).map(({ state }) => state)).toEqual(['SUPERSEDED', 'SUPERSEDED', 'SUPERSEDED', 'READY']);
    const said = (text: string): unknown =>
      expect.stringMatching(new RegExp(`^${text} by ${CALLER} for alice: TLS is mended$`));
    expect((await table.get(replanKey(IMAGE)))?.['why']).toEqual(said('started over'));
    expect((await patches())[0]).toMatchObject({ reason: 'retry', detail: said('tried again') });
    expect((await readHead(table, IMAGE))?.startedOver).toMatchObject({
      ...{ by: expect.stringMatching(new RegExp(`^${CALLER} for alice$`)) as unknown, reason: 'TLS is mended' },
    });
  });

  test.each([
    [
      'credentials of another account',
      ['status', '--environment', 'elsewhere'],
      `the credentials are of account ${TEST_ACCOUNT}`,
    ],
    ['an environment that is not declared', ['status', '--environment', 'prod'], 'declares no such environment'],
    [
      'an image that is not declared',
      ['evidence', '--image', 'x', '--environment', 'test'],
      'there is no golden image x',
    ],
  ])('%s are bad input', async (_what, args, message) => {
    const before = await patches();
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(await patches()).toEqual(before);
  });

  test('nothing is written with the credentials of another account', async () => {
    for (const args of [
      ['approve', IMAGE, '3', '--reason', 'x'],
      ['rollback', '--image', IMAGE, '--reason', 'x'],
      ['rebuild', '--image', IMAGE, '--reason', 'x'],
      ['retry', '--image', IMAGE, '--reason', 'x'],
    ]) {
      const { code, stderr } = await run(...args, '--environment', 'elsewhere');
      expect([args[0], code]).toEqual([args[0], 2]);
      expect(stderr).toContain('environment elsewhere is in account 999999999999');
    }
  });
});
