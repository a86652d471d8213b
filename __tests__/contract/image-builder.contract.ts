import type { GoldenImage } from '../../domain/config/golden-image';
import type { ImageBuilder } from '../../domain/ports';

/** How a test lets a build end. */
export type BuildEnd = 'available' | 'script-failed';

/** One builder of an implementation that has built nothing yet. */
export interface ImageBuilderHarness {
  readonly builder: ImageBuilder;
  readonly image: GoldenImage;
  /** Stores a script. @returns what a build of it is asked with */
  script(text: string): Promise<{ patchId: string; scriptUri: string }>;
  /** Decides how the builds that are started from now on will end. */
  plan(end: BuildEnd): void;
  /** Waits until a build has ended. */
  end(buildId: string): Promise<void>;
  /** Builds that really ran. */
  runs(): number;
  dispose(): Promise<void>;
}

/** Registers the tests that every {@link ImageBuilder} must pass. */
export function describeImageBuilder(name: string, makeHarness: () => Promise<ImageBuilderHarness>): void {
  describe(`ImageBuilder: ${name}`, () => {
    let harness: ImageBuilderHarness;
    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(async () => {
      await harness.dispose();
    });

    test('knows no build that was never started', async () => {
      for (const id of ['', 'x', 'local-0', 'arn:aws:imagebuilder:eu-central-1:123456789012:image/none/1.0.0/1'])
        expect(await harness.builder.get(id)).toBeUndefined();
    });

    test('the same patch is built once, however often it is asked for', async () => {
      const { builder, image } = harness;
      harness.plan('available');
      const request = { image, ...(await harness.script('echo 1\n')) };
      const id = await builder.start(request);
      expect(await builder.start(request)).toBe(id);
      await harness.end(id);
      expect(await builder.start(request)).toBe(id);
      await harness.end(id);
      expect(harness.runs()).toBe(1);
    });

    test('of calls at the same moment, those for the same patch start one build', async () => {
      const { builder, image } = harness;
      harness.plan('available');
      const [one, other] = [await harness.script('echo 1\n'), await harness.script('echo 2\n')];
      const asked = [one, other, one, one, other].map(async (script) => await builder.start({ image, ...script }));
      const ids = await Promise.all(asked);
      expect(ids).toStrictEqual([ids[0], ids[1], ids[0], ids[0], ids[1]]);
      expect(ids[1]).not.toBe(ids[0]);
      for (const id of new Set(ids)) await harness.end(id);
      expect(harness.runs()).toBe(2);
    });

    test('another patch is another build', async () => {
      const { builder, image } = harness;
      harness.plan('available');
      const first = await builder.start({ image, ...(await harness.script('echo 1\n')) });
      await harness.end(first);
      const second = await builder.start({ image, ...(await harness.script('echo 2\n')) });
      await harness.end(second);
      expect(second).not.toBe(first);
      expect(harness.runs()).toBe(2);
    });

    test('a build is told as building, and then with the image that it made', async () => {
      const { builder, image } = harness;
      harness.plan('available');
      const id = await builder.start({ image, ...(await harness.script('echo 1\n')) });
      expect(await builder.get(id)).toStrictEqual({ state: 'BUILDING' });
      await harness.end(id);
      expect(await builder.get(id)).toMatchObject({
        state: 'AVAILABLE',
        candidate: {
          reference: expect.stringContaining(image.repository) as unknown,
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
        },
      });
    });

    test('a script that fails is told as such, with a line for people', async () => {
      const { builder, image } = harness;
      harness.plan('script-failed');
      const id = await builder.start({ image, ...(await harness.script('false\n')) });
      await harness.end(id);
      const status = await builder.get(id);
      expect(status).toMatchObject({
        state: 'FAILED',
        reason: 'script',
        detail: expect.stringContaining('exit code 1') as unknown,
      });
    });
  });
}
