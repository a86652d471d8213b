import fc from 'fast-check';
import { parseBearerChallenge } from '../../../adapters/registry/bearer-challenge';

test.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/debian:pull"',
    { realm: 'https://auth.docker.io/token', service: 'registry.docker.io', scope: 'repository:library/debian:pull' },
  ],
  [
    'Bearer realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws"',
    { realm: 'https://public.ecr.aws/token/', service: 'public.ecr.aws', scope: 'aws' },
  ],
  ['bearer REALM=https://quay.io/v2/auth , service = "x"', { realm: 'https://quay.io/v2/auth' }],
  [
    'Basic realm="a, b", Bearer realm="https://a/t", scope="r:a:pull,push"',
    { realm: 'https://a/t', scope: 'r:a:pull,push' },
  ],
  ['Bearer realm="https://a/t", Basic realm="other"', { realm: 'https://a/t' }],
])('%s', (header, challenge) => {
  expect(parseBearerChallenge(header)).toEqual(challenge);
});

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'Bearer realm=""',
  'Basic realm="https://a/t"',
  'BearerX realm="https://a/t"',
])('%p asks for no token', (header) => {
  expect(parseBearerChallenge(header)).toBeUndefined();
});

test('a header of any length and content is read at once', () => {
  const before = Date.now();
  for (const part of [' ', '"', 'a="', 'a=,', ', Bearer ', 'a=b '])
    parseBearerChallenge(`Bearer ${part.repeat(4096)}`.slice(0, 4096));
  expect(parseBearerChallenge(`Bearer realm="https://a/t",x="${'y'.repeat(5000)}"`)).toBeUndefined();
  expect(Date.now() - before).toBeLessThan(500);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const challenge = parseBearerChallenge(`Bearer ${text}`);
      expect(challenge === undefined || challenge.realm !== '').toBe(true);
    }),
  );
});
