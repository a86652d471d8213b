import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { makeAnonymousSend } from '../../adapters/registry/anonymous-request';
import { makePublicParents } from '../../adapters/registry/public-parents';
import {
  imageManifest,
  manifestList,
  parentsBy,
  type RegistryStub,
  startRegistryStub,
  TYPES,
} from '../support/registry-stub';

const HOST = 'registry.example.com';
const PARENT = `${HOST}/debian:12`;

let stub: RegistryStub;
beforeEach(async () => {
  stub = await startRegistryStub();
  stub.manifests.set('debian:12', imageManifest('a'));
});
afterEach(async () => {
  await stub.http.stop();
});

const look = async (parent = PARENT): Promise<unknown> =>
  await parentsBy({ [HOST]: stub.http }, 2000)({ parent, architecture: 'amd64' });

/** Places that only the function, or its network, can reach, or that no registry needs. */
const PLACES = [
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
  'https://169.254.169.254/',
  'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://2852039166/',
  'https://localhost/',
  'https://localhost./',
  'https://metadata.google.internal/',
  'http://registry.example.com/token',
  'https://user:password@auth.example.com/token',
  'https://auth.example.com:22/',
  'file:///etc/passwd',
  'data:application/json,{}',
  'ftp://auth.example.com/',
  'javascript:alert(1)',
];

test.each(PLACES)('a token is not fetched from %s', async (realm) => {
  stub.intercept = () => ({ status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}",service="x"` } });
  expect(await look()).toMatchObject({ trouble: 'not-allowed' });
  expect(stub.asked()).toHaveLength(1);
});

test.each(PLACES)('a redirect to %s is not followed', async (location) => {
  stub.intercept = () => ({ status: 302, headers: { location } });
  expect(await look()).toMatchObject({ trouble: 'not-allowed' });
  expect(stub.asked()).toHaveLength(1);
});

test.each([
  ...[
    'localhost/debian:12',
    'localhost:5000/debian:12',
    '127.0.0.1:5000/a:1',
    '169.254.169.254/latest:1',
    '10.0.0.1/a:1',
  ],
  ...['2130706433.:5000/a:1', '0x7f.1/a:1', 'registry:5000/a:1', 'metadata.google.internal/a:1', 'a..b/c:1', '.../a:1'],
])('the parent %s is asked of nobody', async (parent) => {
  expect(await makePublicParents()({ parent, architecture: 'amd64' })).toMatchObject({ trouble: 'not-allowed' });
});

test.each([
  '../../token:1',
  'registry.example.com/../token:1',
  'registry.example.com/a?b:1',
  'registry.example.com/a%2e:1',
  '',
])('the parent %p is no reference', async (parent) => {
  expect(await look(parent)).toEqual({ trouble: 'not-usable', detail: 'it is no image reference' });
  expect(stub.asked()).toEqual([]);
});

test('a public name that leads to a private address is not connected to, whatever it said before', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const answers = ['127.0.0.1', '169.254.169.254', '::ffff:127.0.0.1'];
    for (const address of answers) {
      const send = makeAnonymousSend({
        resolve: (_name, _options, callback) => {
          callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
        },
      });
      const parent = `rebind.example.com:${port}/debian:12`;
      expect(await makePublicParents({ send })({ parent, architecture: 'amd64' })).toEqual({
        ...{ trouble: 'not-allowed', detail: 'rebind.example.com leads to an address that is not public' },
      });
    }
    expect(connections).toBe(0);
  } finally {
    server.close();
  }
});

test('stubs are on loopback, or there are none', () => {
  for (const url of [
    'http://169.254.169.254',
    'http://127.0.0.1:80/x',
    'http://127.0.0.1.example.com:80',
    'https://a.b',
  ])
    expect(() => makeAnonymousSend({ stubs: [url] })).toThrow(/is no stub of a test/);
});

describe('a registry that lies, or never ends', () => {
  const head = { 'content-type': TYPES.list, 'docker-content-digest': imageManifest('other').digest };
  const withToken = (body: string | Buffer, headers: Readonly<Record<string, string>> = head): void => {
    stub.intercept = ({ path, method, headers: sent }) =>
      path.startsWith('/v2/') && sent['authorization'] !== undefined
        ? { status: 200, headers, body: method === 'HEAD' ? '' : body }
        : undefined;
  };

  test.each([
    ['other bytes than the digest says', manifestList({ amd64: imageManifest('b') }).text],
    ['no bytes', ''],
    ['more than 4 MB', Buffer.alloc(5 * 1024 * 1024, ' ')],
  ])('%s', async (_what, body) => {
    withToken(body);
    expect(await look()).toEqual({
      trouble: 'unreadable',
      detail: expect.stringMatching(/not what its digest says$|more than 4194304 bytes$/) as string,
    });
  });

  test.each([
    ['no JSON', 'no JSON'],
    ['no object', 'null'],
    ['a deep one', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['no type', '{}'],
    ['a hostile type', JSON.stringify({ mediaType: `\u001b]0;x\u0007${'x'.repeat(100_000)}` })],
    ['a digest that is a path', JSON.stringify({ mediaType: TYPES.list, manifests: [{ digest: '../../x' }] })],
    ['layers that are none', JSON.stringify({ mediaType: TYPES.image, config: {}, layers: 'x' })],
  ])('%s', async (_what, body) => {
    withToken(body, {});
    const unknown = (await look()) as { trouble: string; detail: string };
    expect(unknown).toEqual({ trouble: 'unreadable', detail: `${HOST} gives a manifest that cannot be read` });
  });

  test.each([
    ['none', {}],
    ['not a text', { token: 7 }],
    ['a header more', { token: 'x\r\nhost: 169.254.169.254' }],
    ['a long one', { token: 'x'.repeat(20_000) }],
    ['an endless one', { token: 'x', more: 'y'.repeat(100_000) }],
  ])('a token that is %s', async (_what, body) => {
    stub.intercept = ({ path }) => (path.startsWith('/token') ? { status: 200, body } : undefined);
    expect(await look()).toMatchObject({ trouble: 'unreadable' });
    expect(stub.asked().filter((one) => one.endsWith('with token'))).toEqual([]);
  });

  test('redirects in a circle, and tokens for ever', async () => {
    stub.intercept = ({ path }) => ({ status: 302, headers: { location: path } });
    expect(await look()).toMatchObject({ trouble: 'unreadable' });
    expect(stub.asked()).toHaveLength(6);
    stub.intercept = ({ path }) =>
      path.startsWith('/token') ? { status: 302, headers: { location: '/x' } } : undefined;
    expect(await look()).toMatchObject({ trouble: 'unreadable' });
  });

  test('a byte at a time: it ends with the time that there is', async () => {
    stub.intercept = () => 'hang';
    const before = Date.now();
    expect(await look()).toMatchObject({ trouble: 'unreachable' });
    expect(Date.now() - before).toBeLessThan(5000);
  });
});
