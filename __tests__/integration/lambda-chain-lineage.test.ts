import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { isFindingItem } from '../../domain/table/finding-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { isUnattributedItem } from '../../domain/table/unattributed-item';
import { findingEvent, type FindingSketch } from '../support/aws/chain-events';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import { pushImage } from '../support/aws/ecr-server';
import type { LambdaChain } from '../support/aws/lambda-chain';
import { PARENT } from '../support/aws/push-golden';
import { createRepository } from '../support/aws/resources';

/** Two golden images on one parent, and an application on each. */
const LAYERS = {
  'golden/certificates': [PARENT.layer, 'certificates'],
  'golden/agents': [PARENT.layer, 'agents'],
  'app/shop': [PARENT.layer, 'certificates', 'shop'],
  'app/bank': [PARENT.layer, 'agents', 'bank'],
  'app/other': ['another parent', 'other'],
};
type Repository = keyof typeof LAYERS;
/** Seconds that a finding of nobody is kept. */
const KEPT = 30 * 24 * 3600;

describeLambdaChain('findings of applications', (start) => {
  let chain: LambdaChain;
  const pushed = new Map<string, Awaited<ReturnType<typeof pushImage>>>();
  beforeEach(async () => {
    const images = ['certificates', 'agents'].map((name) => ({
      ...{ name, repository: `golden/${name}`, parent: PARENT.reference },
    }));
    chain = await start({ config: { version: 1, author: 'rules', images } });
    const client = makeEcrClient();
    for (const [repository, layers] of Object.entries(LAYERS)) {
      await createRepository(client, repository);
      pushed.set(repository, await pushImage(chain.ecr, client, repository, '1', { layers }));
    }
    // The scanner has seen the golden images, so that their layers are known; there is nothing to fix in them.
    await chain.send([
      fact('golden/certificates', 0, { package: 'old', fixedIn: 'NotAvailable' }),
      fact('golden/agents', 0, { package: 'old', fixedIn: 'NotAvailable' }),
    ]);
  });
  /** A finding on a repository's image, in its n-th layer. */
  const fact = (repository: Repository, layer: number, more: Partial<FindingSketch> & { package: string }) => {
    const { digest = '', layers = [] } = pushed.get(repository) ?? {};
    return findingEvent({ repository, digest, day: 2, sourceLayer: layers[layer] ?? '', ...more });
  };
  const of = async (image: string) => {
    const items = await chain.table.query(imagePartition(image));
    return {
      findings: items.filter(isFindingItem).filter((finding) => finding.package !== 'old'),
      patches: items.filter(isPatchItem),
    };
  };
  const unattributed = async (repository: string) =>
    (await chain.table.query(`UNATTRIBUTED#${encodeURIComponent(repository)}`)).filter(isUnattributedItem);

  test('one in a layer of the golden image is the golden image’s: it is recorded where it was seen, and patched', async () => {
    await chain.send([fact('app/shop', 1, { package: 'glibc' })]);
    await chain.settle();
    const { findings, patches } = await of('certificates');
    expect(findings).toMatchObject([
      {
        ...{ package: 'glibc', state: 'OPEN', judgedOn: pushed.get('golden/certificates')?.digest, observations: {} },
        seenIn: {
          'app/shop': {
            digest: pushed.get('app/shop')?.digest,
            base: pushed.get('golden/certificates')?.digest,
            observation: { status: 'ACTIVE', severity: 'HIGH', floor: '1-2' },
          },
        },
      },
    ]);
    expect(patches).toMatchObject([{ state: 'BUILDING', targets: [{ package: 'glibc', floor: '1-2' }] }]);
    expect(chain.imageBuilder.builds.map(({ pipelineArn }) => pipelineArn)).toStrictEqual([
      expect.stringMatching(/\/test-certificates$/),
    ]);
    expect(await unattributed('app/shop')).toStrictEqual([]);
    expect(await of('agents')).toStrictEqual({ findings: [], patches: [] });
  });

  test('one in a layer of the application’s own is nobody’s, goes away by itself, and leads to nothing', async () => {
    const now = Date.now() / 1000;
    await chain.send([fact('app/shop', 2, { package: 'glibc' }), fact('app/other', 0, { package: 'zlib' })]);
    await chain.settle();
    const [own] = await unattributed('app/shop');
    expect(own).toMatchObject({ package: 'glibc', reason: 'own-layer', digest: pushed.get('app/shop')?.digest });
    expect(Math.abs((own?.expiresAt ?? 0) - now - KEPT)).toBeLessThan(600);
    expect(await unattributed('app/other')).toMatchObject([{ package: 'zlib', reason: 'no-golden-base' }]);
    expect(await of('certificates')).toStrictEqual({ findings: [], patches: [] });
    expect(await of('agents')).toStrictEqual({ findings: [], patches: [] });
    expect(chain.imageBuilder.builds).toStrictEqual([]);
  });

  test('one in the parent’s layer, which two golden images share, is that golden image’s that the application is built on', async () => {
    await chain.send([fact('app/bank', 0, { package: 'glibc' })]);
    await chain.settle();
    expect((await of('agents')).findings).toMatchObject([
      { package: 'glibc', state: 'OPEN', seenIn: { 'app/bank': { base: pushed.get('golden/agents')?.digest } } },
    ]);
    expect((await of('agents')).patches).toMatchObject([{ state: 'BUILDING' }]);
    expect(await of('certificates')).toStrictEqual({ findings: [], patches: [] });
  });
});

describeLambdaChain('a golden image without any finding', (start) => {
  test('is found by its floating tag when an application on it has one, and patched', async () => {
    const images = [{ name: 'clean', repository: 'golden/clean', parent: PARENT.reference }];
    const chain = await start({ config: { version: 1, author: 'rules', images } });
    const client = makeEcrClient();
    for (const repository of ['golden/clean', 'app/early']) await createRepository(client, repository);
    const base = await pushImage(chain.ecr, client, 'golden/clean', 'stable', { layers: [PARENT.layer, 'clean'] });
    const app = await pushImage(chain.ecr, client, 'app/early', '1', { layers: [PARENT.layer, 'clean', 'early'] });
    const sourceLayer = app.layers[1] ?? '';
    const about = { repository: 'app/early', digest: app.digest, day: 2, sourceLayer };
    await chain.send([findingEvent({ ...about, package: 'glibc' })]);
    await chain.settle();
    const items = await chain.table.query(imagePartition('clean'));
    expect(items.filter(isFindingItem)).toMatchObject([{ package: 'glibc', state: 'OPEN', judgedOn: base.digest }]);
    expect(items.filter(isPatchItem)).toMatchObject([{ state: 'BUILDING', targets: [{ package: 'glibc' }] }]);
    expect(await chain.table.query('UNATTRIBUTED#app%2Fearly')).toStrictEqual([]);
  });
});
