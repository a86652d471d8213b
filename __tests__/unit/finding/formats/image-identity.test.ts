import fc from 'fast-check';
import { parseReference, repositoryOfFile } from '../../../../domain/finding/formats/image-identity';
import { REPOSITORY_NAME } from '../../../../domain/finding/repository-name';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('image references', () => {
  it.each([
    ['debian', { repository: 'debian' }],
    ['debian:12', { repository: 'debian', tag: '12' }],
    ['docker.io/library/debian:12', { repository: 'library/debian', tag: '12' }],
    ['localhost/golden/debian:stable', { repository: 'golden/debian', tag: 'stable' }],
    ['registry.example:5000/golden/debian', { repository: 'golden/debian' }],
    [`1.dkr.ecr.eu-west-1.amazonaws.com/golden/debian@${DIGEST}`, { repository: 'golden/debian', digest: DIGEST }],
    ['golden/debian@sha256:short', { repository: 'golden/debian' }],
  ])('%s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  it.each(['', 'Debian', 'a b', '../etc', 'images/base image.tar', `a/${'x'.repeat(256)}`])('%j is none', (text) => {
    expect(parseReference(text)).toBeUndefined();
  });
});

describe('the repository of a file', () => {
  it.each([
    ['/scans/alpine_3.18.2.json.scan', 'alpine_3.18.2'],
    ['debian_stable-20240130.json.scan', 'debian_stable-20240130'],
    ['My Image (1).cdx.json', 'my-image-1'],
    ['C:\\scans\\Base.trivy.json', 'base'],
    ['.json', 'json'],
    ['..scan', 'findings'],
    ['', 'findings'],
    ['$(id);rm -rf.json', 'id-rm-rf'],
  ])('%j is %s', (name, repository) => {
    expect(repositoryOfFile(name)).toBe(repository);
  });

  it('is always one that ECR could have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const repository = repositoryOfFile(name);
        expect(repository).toMatch(REPOSITORY_NAME);
        expect(repository.length).toBeLessThanOrEqual(256);
      }),
    );
  });
});
