import fc from 'fast-check';
import type { ImageLayer, SizedImage } from '../../../domain/contract/image-size';
import { comparableSizes } from '../../../domain/contract/image-size';

const image = (...layers: readonly (readonly [string, number?])[]): SizedImage => ({
  size: layers.reduce((total, [, size]) => total + (size ?? 0), 0),
  layers: layers.map(([digest, size]): ImageLayer => ({ digest, ...(size !== undefined && { size }) })),
});

describe('sizes that can be compared', () => {
  it('count a shared layer as the second image has it: a pulled base is compressed, what is built on it is not', () => {
    expect(comparableSizes(image(['a', 30]), image(['a', 75], ['p', 10]))).toEqual({ before: 75, after: 85 });
  });

  it('count the layers from the first difference on as each image has them', () => {
    const before = image(['a', 30], ['p', 5], ['q', 4]);
    expect(comparableSizes(before, image(['a', 75], ['r', 20], ['q', 9]))).toEqual({ before: 84, after: 104 });
    expect(comparableSizes(image(['x', 1], ['a', 2]), image(['a', 20]))).toEqual({ before: 3, after: 20 });
  });

  it('are the same for an image that lost its last layer, but for that layer', () => {
    expect(comparableSizes(image(['a', 30], ['p', 5]), image(['a', 75]))).toEqual({ before: 80, after: 75 });
  });

  it.each<[string, SizedImage, SizedImage]>([
    ['no layers before', { size: 100, layers: [] }, { ...image(['a', 75]), size: 300 }],
    ['no layers after', { ...image(['a', 75]), size: 100 }, { size: 300, layers: [] }],
    ['a shared layer without a size', { ...image(['a', 30]), size: 100 }, { ...image(['a']), size: 300 }],
    ['an own layer without a size', { ...image(['a', 30], ['b']), size: 100 }, { ...image(['a', 75]), size: 300 }],
    ['a new layer without a size', { ...image(['a', 30]), size: 100 }, { ...image(['a', 75], ['b']), size: 300 }],
  ])('are the whole sizes where there is %s', (_what, before, after) => {
    expect(comparableSizes(before, after)).toEqual({ before: 100, after: 300 });
  });

  it('a size that only the first image has of a shared layer does not matter', () => {
    expect(comparableSizes(image(['a']), image(['a', 75], ['p', 10]))).toEqual({ before: 75, after: 85 });
  });

  it('grow by exactly the layers that were put on top', () => {
    const sizes = fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, sizes, fc.nat(1000), (base, patch, compressed) => {
        const shared = base.map((size, index) => [`base-${index}`, size] as const);
        const own = patch.map((size, index) => [`patch-${index}`, size] as const);
        const before = image(...shared.map(([digest]) => [digest, compressed] as const));
        const compared = comparableSizes(before, image(...shared, ...own));
        expect(compared.after - compared.before).toBe(patch.reduce((total, size) => total + size, 0));
      }),
    );
  });
});
