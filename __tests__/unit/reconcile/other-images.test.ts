import { hasOtherImages } from '../../../domain/reconcile/other-images';
import { digestOf } from '../table/samples';

const BUILT = new Set([digestOf('b')]);
const image = (digest: string, ...tags: string[]) => ({ digest: digestOf(digest), tags });

describe('whether a repository has an image that somebody could use', () => {
  it.each([
    ['has none', [], false],
    ['has untagged ones', [image('a'), image('c')], false],
    ['has candidates', [image('a', 'candidate'), image('c', 'candidate-7')], false],
    ["has what was built here, with the builder's own tag", [image('b', '1.0.0-1', 'candidate')], false],
    ['has what was built here, and a candidate', [image('b', '1.0.0-1'), image('c', 'candidate')], false],
    ['has what somebody pushed', [image('b', '1.0.0-1'), image('c', 'stable')], true],
    ['has a candidate that got another tag', [image('a', 'candidate', '1.0.0-1')], true],
  ] as const)('that %s', (_what, images, expected) => {
    expect(hasOtherImages(images, BUILT)).toBe(expected);
  });
});
