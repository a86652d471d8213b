import { hasOtherImages } from '../../../domain/reconcile/other-images';
import { digestOf } from '../table/samples';

const image = (digest: string, ...tags: string[]) => ({ digest: digestOf(digest), tags });

describe('whether a repository has an image that somebody could use', () => {
  it.each([
    ['has none', [], false],
    ['has untagged ones', [image('a'), image('c')], false],
    ['has candidates', [image('a', 'candidate'), image('c', 'candidate-7')], false],
    ['has what somebody pushed', [image('b', 'candidate'), image('c', 'stable')], true],
    ['has what somebody pushed, under whatever tag', [image('c', 'nightly')], true],
    ['has a candidate that got another tag', [image('a', 'candidate', '1.0.0-1')], true],
  ] as const)('that %s', (_what, images, expected) => {
    expect(hasOtherImages(images)).toBe(expected);
  });
});
