import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError, GoldenImagesError } from '../../domain/errors';
import type { ImageRegistry } from '../../domain/ports';

/** What an image that a test pushes is made of. */
export interface PushedSample {
  /** `config` of the image's configuration (OCI image-spec, config.md), e.g. `{ User: 'app' }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** One layer per text. */
  readonly layers?: readonly string[];
}

/** One registry of an implementation, empty at first. */
export interface ImageRegistryHarness {
  readonly registry: ImageRegistry;
  /** A golden image whose repository is there, and whose parent is `parentTag` of that repository. */
  readonly image: GoldenImage;
  /** Puts an amd64 image under a tag of the golden image's repository. @returns its digest */
  push(tag: string, sample?: PushedSample): Promise<string>;
  dispose(): Promise<void>;
}

/** Tag by which a harness' golden image names its parent. */
export const parentTag = 'parent';

/** Registers the tests that every {@link ImageRegistry} must pass. */
export function describeImageRegistry(name: string, makeHarness: () => Promise<ImageRegistryHarness>): void {
  describe(`ImageRegistry: ${name}`, () => {
    let harness: ImageRegistryHarness;
    const reference = (tag: string): string => harness.registry.referenceOf(harness.image, tag);
    const digestAt = async (tag: string): Promise<string | undefined> =>
      (await harness.registry.describe(reference(tag)))?.digest;
    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(async () => {
      await harness.dispose();
    });

    test('knows no image where there is none', async () => {
      const { registry, image } = harness;
      expect(await registry.describe(reference('none'))).toBeUndefined();
      const elsewhere = registry.referenceOf({ ...image, repository: 'golden/elsewhere' }, 'stable');
      expect(await registry.describe(elsewhere)).toBeUndefined();
    });

    test('references are made of repository and tag', () => {
      expect(reference('stable').endsWith(`/${harness.image.repository}:stable`)).toBe(true);
    });

    test('describes an image as its configuration and its layers say', async () => {
      const digest = await harness.push('stable', {
        config: {
          ...{ User: 'app', Entrypoint: ['/init'], Cmd: ['-v'], Env: ['A=1', 'B='], WorkingDir: '/srv' },
          ...{ ExposedPorts: { '80/tcp': {}, '443/tcp': {} }, Volumes: { '/data': {} }, Labels: { a: 'b' } },
          StopSignal: 'SIGINT',
        },
        layers: ['base', 'patch'],
      });
      const described = await harness.registry.describe(reference('stable'));
      expect(described).toMatchObject({ reference: reference('stable'), digest, format: 'oci' });
      expect(described?.contract).toStrictEqual({
        ...{ user: 'app', entrypoint: ['/init'], cmd: ['-v'], env: ['A=1', 'B='], workdir: '/srv' },
        ...{ ports: ['443/tcp', '80/tcp'], volumes: ['/data'], labels: { a: 'b' }, architecture: 'amd64' },
        ...{ healthcheck: '', shell: [], stopSignal: 'SIGINT' },
      });
      expect(described?.layers).toHaveLength(2);
      expect(described?.size).toBeGreaterThan(0);
    });

    test('images that share their first layers say so, others do not', async () => {
      const layersAt = async (tag: string): Promise<string[]> =>
        ((await harness.registry.describe(reference(tag)))?.layers ?? []).map(({ digest }) => digest);
      await harness.push('a', { layers: ['base'] });
      await harness.push('b', { layers: ['base', 'patch'] });
      await harness.push('c', { layers: ['other'] });
      const [a, b, c] = [await layersAt('a'), await layersAt('b'), await layersAt('c')];
      expect(b.slice(0, 1)).toStrictEqual(a);
      expect(c[0]).not.toBe(a[0]);
    });

    test('a tag goes where it is pointed, and may be pointed there again', async () => {
      const [first, second] = [await harness.push('1'), await harness.push('2', { layers: ['other'] })];
      for (const source of ['1', '1', '2', '2']) {
        await harness.registry.tag(reference(source), reference('stable'));
        expect(await digestAt('stable')).toBe(source === '1' ? first : second);
      }
      expect([await digestAt('1'), await digestAt('2')]).toStrictEqual([first, second]);
    });

    test('a tag cannot be pointed at nothing, and stays where it was', async () => {
      const digest = await harness.push('stable');
      await expect(harness.registry.tag(reference('none'), reference('stable'))).rejects.toThrow(GoldenImagesError);
      expect(await digestAt('stable')).toBe(digest);
    });

    test('taking a tag away leaves the image under its other tags; a tag that is not there is no trouble', async () => {
      const digest = await harness.push('candidate');
      await harness.registry.tag(reference('candidate'), reference('stable'));
      for (let time = 0; time < 2; time++) await harness.registry.untag(reference('candidate'));
      expect(await digestAt('candidate')).toBeUndefined();
      expect(await digestAt('stable')).toBe(digest);
      await harness.registry.untag(reference('never-there'));
    });

    test('the parent is described, where it is there', async () => {
      await expect(harness.registry.parentOf(harness.image)).rejects.toThrow(BadInputError);
      const digest = await harness.push(parentTag, { config: { User: 'app:staff' } });
      const parent = await harness.registry.parentOf(harness.image);
      expect(parent).toMatchObject({ digest, contract: { user: 'app:staff' } });
      const { parent: _parent, ...orphan } = harness.image;
      await expect(harness.registry.parentOf({ ...orphan, name: 'orphan' })).rejects.toThrow(BadInputError);
    });

    test.each([
      ['a USER that would start an instruction', { User: 'root\nRUN touch /injected' }, /USER that is none/],
      ['ONBUILD instructions', { OnBuild: ['RUN touch /injected'] }, /ONBUILD/],
    ])('a parent with %s is refused', async (_what, config, says) => {
      await harness.push(parentTag, { config });
      await expect(harness.registry.parentOf(harness.image)).rejects.toThrow(BadInputError);
      await expect(harness.registry.parentOf({ ...harness.image, name: 'again' })).rejects.toThrow(says);
    });
  });
}
