import { isDockerHub, parseImageReference } from '../../../domain/config/image-reference';

const DIGEST = `sha256:${'a'.repeat(64)}`;

it.each([
  ['debian', { repository: 'debian' }],
  ['debian:12-slim', { repository: 'debian', tag: '12-slim' }],
  ['library/debian:12', { repository: 'library/debian', tag: '12' }],
  ['docker.io/library/debian', { registry: 'docker.io', repository: 'library/debian' }],
  [
    'public.ecr.aws/docker/library/debian:12-slim',
    { registry: 'public.ecr.aws', repository: 'docker/library/debian', tag: '12-slim' },
  ],
  ['localhost:5000/a/b__c', { registry: 'localhost:5000', repository: 'a/b__c' }],
  [`a.b/c@${DIGEST}`, { registry: 'a.b', repository: 'c', digest: DIGEST }],
  [`a.b/c:1@${DIGEST}`, { registry: 'a.b', repository: 'c', tag: '1', digest: DIGEST }],
])('%s', (text, reference) => {
  expect(parseImageReference(text)).toEqual(reference);
});

it.each([
  '',
  'Debian',
  'debian:',
  'debian:a b',
  'a//b',
  '/debian',
  'debian/',
  'https://public.ecr.aws/debian',
  's3://bucket/key',
  'arn:aws:imagebuilder:eu-west-1:aws:image/x/1.0.0',
  'debian@sha256:abc',
  'public.ecr.aws/Debian',
  'a/b.',
  `a/${'b'.repeat(254)}`,
])('%s is no reference', (text) => {
  expect(parseImageReference(text)).toBeUndefined();
});

it.each([
  ['debian', true],
  ['docker.io/library/debian', true],
  ['index.docker.io/debian', true],
  ['registry-1.docker.io/library/debian', true],
  ['public.ecr.aws/docker/library/debian', false],
  ['docker.io.example.com/debian', false],
])('whether %s is on Docker Hub: %s', (text, isHub) => {
  const reference = parseImageReference(text);
  if (reference === undefined) throw new Error(`${text} is no reference`);
  expect(isDockerHub(reference)).toBe(isHub);
});
