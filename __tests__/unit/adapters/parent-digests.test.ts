import { makeParentDigests } from '../../../adapters/aws/parent-digests';
import { BadInputError } from '../../../domain/errors';
import type { ImageDescription } from '../../../domain/ports';
import { digestOf, makeImage } from '../table/samples';

const HOST = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

/** Looks a parent up, and tells who was asked. */
function world(parentOf: () => Promise<ImageDescription>) {
  const asked: unknown[] = [];
  const parentDigest = makeParentDigests({
    host: HOST,
    registry: {
      parentOf: async (image) => {
        asked.push(['ecr', image.parent]);
        return await parentOf();
      },
    },
    publicParents: async (parent) => {
      asked.push(parent);
      return await Promise.resolve({ digest: digestOf('b'), list: digestOf('c') });
    },
  });
  return { asked, parentDigest };
}

const found = async (): Promise<ImageDescription> =>
  await Promise.resolve({ digest: digestOf('a') } as ImageDescription);

test("a parent in the account's own registry is asked of ECR, with the function's rights", async () => {
  const { asked, parentDigest } = world(found);
  const parent = `${HOST}/parents/debian:12`;
  expect(await parentDigest(makeImage({ parent }))).toEqual({ digest: digestOf('a') });
  expect(asked).toEqual([['ecr', parent]]);
});

test.each([
  'debian:12-slim',
  'public.ecr.aws/docker/library/debian:12-slim',
  `${HOST}.example.com/a:1`,
  `x.${HOST}/a:1`,
])('%s is asked of its registry, with what is known of it', async (parent) => {
  const { asked, parentDigest } = world(found);
  const known = { digest: digestOf('d') };
  const image = makeImage({ parent, architecture: 'arm64' });
  expect(await parentDigest(image, known)).toEqual({ digest: digestOf('b'), list: digestOf('c') });
  expect(asked).toEqual([{ parent, architecture: 'arm64', known }]);
});

test('one of ECR that cannot be built from is not usable; where ECR cannot be had, that is thrown', async () => {
  const refuse = world(async () => await Promise.reject(new BadInputError('it has ONBUILD instructions')));
  const image = makeImage({ parent: `${HOST}/a:1` });
  expect(await refuse.parentDigest(image)).toEqual({ trouble: 'not-usable', detail: 'it has ONBUILD instructions' });
  const down = world(async () => await Promise.reject(new Error('throttled')));
  await expect(down.parentDigest(image)).rejects.toThrow('throttled');
  expect(await refuse.parentDigest(makeImage())).toEqual({ trouble: 'not-usable', detail: 'the image has no parent' });
});
