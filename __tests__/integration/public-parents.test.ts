import { makeParentDigests } from '../../adapters/aws/parent-digests';
import { updateHead } from '../../domain/table/head-changes';
import type { RegistryReason } from '../../domain/policy/registry-reason';
import type { ParentDigest, ParentUnknown } from '../../domain/reconcile/parent-digest';
import {
  imageManifest,
  manifestList,
  parentsBy,
  type RegistryStub,
  startRegistryStub,
  TOKEN,
  TYPES,
} from '../support/registry-stub';
import { reconcileWorld } from '../unit/reconcile/reconcile-world';
import { digestOf, makeImage, makePatch, NOW } from '../unit/table/samples';

const ECR_PUBLIC = 'public.ecr.aws';
const HUB = 'registry-1.docker.io';
const PARENT = 'public.ecr.aws/docker/library/debian:12-slim';
const NAME = 'docker/library/debian:12-slim';
const [AMD64, ARM64] = [imageManifest('amd64'), imageManifest('arm64')];
const LIST = manifestList({ amd64: AMD64, arm64: ARM64 });

let stub: RegistryStub;
beforeEach(async () => {
  stub = await startRegistryStub();
});
afterEach(async () => {
  await stub.http.stop();
});

async function look(parent = PARENT, more: { architecture?: string; known?: ParentDigest } = {}) {
  const hosts = [ECR_PUBLIC, HUB, 'ghcr.io'];
  const parents = parentsBy(Object.fromEntries(hosts.map((host) => [host, stub.http])));
  return await parents({ parent, architecture: 'amd64', ...more });
}

test('an image is asked for with HEAD and a token that anybody gets, and nothing else of the caller is sent', async () => {
  stub.manifests.set(NAME, AMD64);
  expect(await look()).toEqual({ digest: AMD64.digest });
  expect(stub.asked()).toEqual([
    `HEAD ${NAME}`,
    'GET /token?service=stub&scope=repository%3Adocker%2Flibrary%2Fdebian%3Apull',
    `HEAD ${NAME} with token`,
  ]);
  const [first, token, second] = stub.http.requests;
  expect(Object.keys(first?.headers ?? {}).sort()).toEqual(['accept', 'connection', 'host', 'user-agent']);
  expect(first?.headers['accept']?.split(', ').sort()).toEqual(Object.values(TYPES).sort());
  expect(Object.keys(token?.headers ?? {}).sort()).toEqual(['connection', 'host', 'user-agent']);
  expect(second?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
});

test.each(['list', 'dockerList'] as const)('of a %s it is the digest for the architecture', async (type) => {
  const list = manifestList({ amd64: AMD64, arm64: ARM64 }, TYPES[type]);
  stub.manifests.set(NAME, list);
  expect(await look()).toEqual({ digest: AMD64.digest, list: list.digest });
  expect(stub.asked().slice(2)).toEqual([
    `HEAD ${NAME} with token`,
    `GET docker/library/debian@${list.digest} with token`,
  ]);
  expect(await look(PARENT, { architecture: 'arm64' })).toEqual({ digest: ARM64.digest, list: list.digest });
  expect(await look(PARENT, { architecture: 's390x' })).toEqual({
    ...{ trouble: 'not-usable', detail: 'it has no image for linux/s390x' },
  });
});

test('a list that is known is not read again: Docker Hub counts what is read', async () => {
  stub.manifests.set('library/debian:12-slim', LIST);
  const known = { digest: AMD64.digest, list: LIST.digest };
  expect(await look('debian:12-slim', { known })).toEqual(known);
  expect(stub.asked().filter((one) => one.startsWith('GET') && !one.includes('/token'))).toEqual([]);
  // In another list, the image is the same.
  const other = manifestList({ amd64: AMD64, arm64: imageManifest('newer') });
  stub.manifests.set('library/debian:12-slim', other);
  expect(await look('debian:12-slim', { known })).toEqual({ digest: AMD64.digest, list: other.digest });
});

test.each([
  ['debian', 'library/debian:latest'],
  ['debian:12', 'library/debian:12'],
  ['docker.io/debian:12', 'library/debian:12'],
  ['docker.io/library/debian:12', 'library/debian:12'],
  ['index.docker.io/bitnami/redis:7', 'bitnami/redis:7'],
  ['bitnami/redis', 'bitnami/redis:latest'],
  ['ghcr.io/owner/a/b:1', 'owner/a/b:1'],
  ['ghcr.io/single:1', 'single:1'],
])('%s is %s of its registry', async (parent, name) => {
  stub.manifests.set(name, AMD64);
  expect(await look(parent)).toEqual({ digest: AMD64.digest });
});

test('a parent that is pinned to a digest is asked of nobody', async () => {
  expect(await look(`${PARENT}@${AMD64.digest}`)).toEqual({ digest: AMD64.digest });
  expect(await look(`debian@${AMD64.digest}`)).toEqual({ digest: AMD64.digest });
  expect(stub.asked()).toEqual([]);
});

test.each([
  ['knows no HEAD', { status: 405 }, imageManifest('x')],
  ['tells no digest', { status: 200, headers: { 'content-type': TYPES.list } }, LIST],
  ['tells no digest of SHA-256', { status: 200, headers: { 'docker-content-digest': 'sha512:abc' } }, LIST],
])('a registry that %s is asked with GET, and the digest is that of the bytes', async (_what, head, manifest) => {
  stub.manifests.set(NAME, manifest);
  stub.intercept = ({ method, headers }) =>
    method === 'HEAD' && headers['authorization'] !== undefined ? head : undefined;
  const digest = manifest === LIST ? { digest: AMD64.digest, list: LIST.digest } : { digest: manifest.digest };
  expect(await look()).toEqual(digest);
});

test('a registry that wants no token is asked once', async () => {
  stub.intercept = () => ({
    status: 200,
    headers: { 'content-type': TYPES.dockerImage, 'docker-content-digest': ARM64.digest },
  });
  expect(await look()).toEqual({ digest: ARM64.digest });
  expect(stub.asked()).toHaveLength(1);
});

test('a redirect is followed, and the token stays where it was asked for', async () => {
  const other = await startRegistryStub();
  try {
    other.manifests.set('elsewhere:1', AMD64);
    stub.intercept = ({ path, headers }) =>
      path.startsWith('/v2/') && headers['authorization'] !== undefined
        ? { status: 307, headers: { location: `${other.http.url}/v2/elsewhere/manifests/1` } }
        : undefined;
    // At another port than its own, a registry may not send anybody.
    const parents = parentsBy({ [ECR_PUBLIC]: stub.http, 'ghcr.io': other.http });
    expect(await parents({ parent: PARENT, architecture: 'amd64' })).toMatchObject({ trouble: 'not-allowed' });
    expect(other.asked()).toEqual([]);
    stub.manifests.set('elsewhere:1', AMD64);
    stub.intercept = ({ path }) =>
      path.includes('debian') && path.startsWith('/v2/')
        ? { status: 307, headers: { location: '/v2/elsewhere/manifests/1' } }
        : undefined;
    expect(await look()).toEqual({ digest: AMD64.digest });
  } finally {
    await other.http.stop();
  }
});

describe('it is not known this time', () => {
  const answered = (status: number) => () => ({ status });
  const manifestOnly = (status: number) => (request: { path: string; headers: Readonly<Record<string, string>> }) =>
    request.path.startsWith('/v2/') && request.headers['authorization'] !== undefined ? { status } : undefined;

  test.each<[string, RegistryStub['intercept'], ParentUnknown['trouble']]>([
    ['a private repository', manifestOnly(401), 'no-access'],
    ['a repository that is forbidden', manifestOnly(403), 'no-access'],
    [
      'a registry with passwords',
      () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
      'no-access',
    ],
    ['a token that is refused', ({ path }) => (path.startsWith('/token') ? { status: 401 } : undefined), 'no-access'],
    ['no such tag', () => undefined, 'not-found'],
    ['too many requests', manifestOnly(429), 'rate-limited'],
    ['too many tokens', ({ path }) => (path.startsWith('/token') ? { status: 429 } : undefined), 'rate-limited'],
    ['a failure', answered(503), 'unreachable'],
    ['a reset', () => 'drop', 'unreachable'],
    ['an answer that is none', answered(418), 'unreadable'],
  ])('%s', async (_what, intercept, trouble) => {
    stub.intercept = intercept;
    expect(await look()).toEqual({
      trouble,
      detail: expect.stringMatching(/^(?:public\.ecr\.aws .|127\.0\.0\.1 cannot be had$)/) as string,
    });
  });

  test('no answer in time, and then the registry is not asked again in the same run; others are', async () => {
    stub.intercept = () => 'hang';
    const other = await startRegistryStub();
    try {
      other.manifests.set('owner/a:1', AMD64);
      const parents = parentsBy({ [ECR_PUBLIC]: stub.http, 'ghcr.io': other.http }, 300);
      const ask = async (parent: string) => await parents({ parent, architecture: 'amd64' });
      expect(await ask(PARENT)).toMatchObject({ trouble: 'unreachable' });
      expect(await ask('public.ecr.aws/other:1')).toMatchObject({ trouble: 'unreachable' });
      expect(stub.asked()).toHaveLength(1);
      expect(await ask('ghcr.io/owner/a:1')).toEqual({ digest: AMD64.digest });
    } finally {
      await other.http.stop();
    }
  });

  test('too many reads: parents that are asked for with HEAD only are still known', async () => {
    stub.manifests.set('library/debian:12', LIST);
    stub.manifests.set('library/alpine:3', AMD64);
    stub.intercept = ({ method, path }) => (method === 'GET' && path.startsWith('/v2/') ? { status: 429 } : undefined);
    const parents = parentsBy({ [HUB]: stub.http });
    const ask = async (parent: string) => await parents({ parent, architecture: 'amd64' });
    expect(await ask('debian:12')).toMatchObject({ trouble: 'rate-limited' });
    expect(await ask('alpine:3')).toEqual({ digest: AMD64.digest });
  });

  test('the same parent of several images is looked up once in a run', async () => {
    stub.manifests.set(NAME, LIST);
    const parents = parentsBy({ [ECR_PUBLIC]: stub.http });
    const all = await Promise.all(
      Array.from({ length: 5 }, async () => await parents({ parent: PARENT, architecture: 'amd64' })),
    );
    expect(all).toEqual(Array.from({ length: 5 }, () => ({ digest: AMD64.digest, list: LIST.digest })));
    expect(stub.asked()).toHaveLength(4);
  });
});

test('a parent that got the fix: the image is built again, once, and not for what is not known or was not known before', async () => {
  const image = makeImage({ parent: PARENT });
  const world = reconcileWorld({
    image,
    ports: {
      registry: {
        // A run has its own look at the registries, as in the handler.
        parentDigest: async (of, known) =>
          await makeParentDigests({
            host: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
            registry: { parentOf: async () => await Promise.reject(new Error('must not be asked')) },
            publicParents: parentsBy({ [ECR_PUBLIC]: stub.http }),
          })(of, known),
        floatingDigest: async () => await Promise.resolve<string | undefined>(undefined),
        unusable: async () => await Promise.resolve<RegistryReason | undefined>(undefined),
        hasImages: async () => await Promise.resolve(true),
      },
    },
  });
  const rebuilds = (): string[] => world.asked.filter((one) => one.startsWith('rebuild'));
  const run = async (): Promise<void> => {
    world.wait(60);
    expect((await world.run()).troubles).toEqual([]);
  };
  const since = NOW.toISOString();
  await updateHead(world.table, image.name, (head) => ({
    ...head,
    judged: digestOf('a'),
    promoted: { digest: digestOf('a'), reference: 'r', patch: 1, since, descendsFrom: [] },
  }));
  await world.table.put(makePatch({ state: 'PROMOTED', stateSince: since, times: { BUILDING: since } }), 0);
  await run();
  expect([(await world.memory())?.unwatched?.trouble, rebuilds()]).toEqual(['not-found', []]);
  stub.manifests.set(NAME, LIST);
  await run();
  await run();
  expect([(await world.memory())?.parent, rebuilds()]).toEqual([{ digest: AMD64.digest, list: LIST.digest }, []]);
  const fixed = imageManifest('with the fix');
  stub.intercept = () => ({ status: 429 });
  stub.manifests.set(NAME, manifestList({ amd64: fixed, arm64: ARM64 }));
  await run();
  expect(rebuilds()).toEqual([]);
  stub.intercept = undefined;
  await run();
  expect(rebuilds()).toEqual([`rebuild: the parent is ${fixed.digest} now`]);
  const built = world.state.now.toISOString();
  await world.table.put(
    makePatch({ sequence: 2, state: 'PROMOTED', stateSince: built, times: { BUILDING: built } }),
    0,
  );
  await run();
  expect(rebuilds()).toHaveLength(1);
});
