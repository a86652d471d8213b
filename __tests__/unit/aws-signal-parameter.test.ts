import fc from 'fast-check';
import { imageOfParameter, parameterName } from '../../adapters/aws/signal-parameter';
import { BadInputError } from '../../domain/errors';

const PREFIX = '/golden-images/prod';

test.each([
  ['debian-12', 'debian-12'],
  ['alpine-3.18', 'alpine-3.18'],
  ['a_b', 'a_5Fb'],
  ['team/base', 'team_2Fbase'],
  ['A b', 'A_20b'],
  ['ä', '_C3_A4'],
  ['_5F', '_5F5F'],
])('the image %s has the parameter …/%s', (image, level) => {
  expect(parameterName(PREFIX, image)).toBe(`${PREFIX}/${level}`);
  expect(imageOfParameter(PREFIX, `${PREFIX}/${level}`)).toBe(image);
});

test('every image has a name of its own, in the alphabet of SSM, that tells the image', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (image) => {
      let name: string;
      try {
        name = parameterName(PREFIX, image);
      } catch (error) {
        expect(error).toBeInstanceOf(BadInputError); // a `..`, or too long
        return;
      }
      expect(name).toMatch(/^\/golden-images\/prod\/[A-Za-z0-9_.-]+$/);
      expect(imageOfParameter(PREFIX, name)).toBe(image);
    }),
  );
});

test.each([
  ['of another prefix', '/golden-images/test/debian-12'],
  ['of a prefix that begins alike', '/golden-images/production/debian-12'],
  ['below the image', `${PREFIX}/debian-12/x`],
  ['the prefix itself', PREFIX],
  ['without an image', `${PREFIX}/`],
  ['in the wrong case', `${PREFIX}/a_2fb`],
  ['that encodes what stands for itself', `${PREFIX}/_61`],
  ['that is no UTF-8', `${PREFIX}/_FF`],
  ['that is cut', `${PREFIX}/a_2`],
  ['that is a path', `${PREFIX}/..`],
  ['that is a hidden path', `${PREFIX}/_2E_2E`],
])('a parameter %s is no image’s', (_what, name) => {
  expect(imageOfParameter(PREFIX, name)).toBeUndefined();
});

test.each(['', '/', 'x', 'x/y', '/x/', '//x', '/a b', '/aws/x', '/ssm', '/awsome', `/${'x/'.repeat(14)}x`])(
  'the prefix %p is refused',
  (prefix) => {
    expect(() => parameterName(prefix, 'debian-12')).toThrow(BadInputError);
  },
);

test('a name that is too long for SSM is refused', () => {
  const prefix = `/${'p'.repeat(800)}`;
  expect(parameterName(prefix, 'x'.repeat(109))).toHaveLength(911);
  expect(() => parameterName(prefix, 'x'.repeat(110))).toThrow(/over 911 characters/);
});
