import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, EngineBuild, EngineImage } from '../../../adapters/local/engine/engine';
import { imageConfiguration, toContract } from '../../../adapters/shared/image-configuration';
import { makeEngineRegistry } from '../../../adapters/local/engine-registry';
import { LocalImageBuilder } from '../../../adapters/local/local-image-builder';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import { parseTag } from '../../../cli/commands/common';
import { patch } from '../../../cli/run/patch';
import { parseConfig } from '../../../domain/config/parse-config';
import { compareContracts } from '../../../domain/contract/compare-contracts';
import type { ImageContract } from '../../../domain/contract/image-contract';
import { BadInputError } from '../../../domain/errors';
import { ecrResource, inspectorEvent, inspectorFinding } from '../finding/inspector-sample';
import { digestOf, makeImage, NOW, silent } from '../table/samples';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'golden-images-registry-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const configured = (config: Record<string, unknown>, architecture = 'amd64'): ImageContract =>
  toContract(imageConfiguration.parse(config), architecture);

/** An engine that has one base, and what was asked of it. */
function storeWith(base: Partial<EngineImage>) {
  const image: EngineImage = {
    ...{ digest: digestOf('a'), contract: configured({}), onBuild: [], size: 1, layers: [], format: 'oci' },
    ...base,
  };
  const builds: (Pick<EngineBuild, 'format' | 'tag'> & { dockerfile: string })[] = [];
  const refuse = async (): Promise<never> => await Promise.reject(new Error('must not be asked'));
  const engine: Engine = {
    ...{ name: 'buildah', pull: refuse, loadArchive: refuse, extract: refuse, tag: refuse, untag: refuse },
    inspect: async () => await Promise.resolve(image),
    build: async ({ context, format, tag }) => {
      builds.push({ format, tag, dockerfile: await readFile(join(context, 'Dockerfile'), 'utf8') });
      return 0;
    },
  };
  const registry = makeEngineRegistry({ engine, base: 'localhost/base:1' });
  const scripts = new MemoryScriptStore();
  /** Builds a patch for an image with the local builder. @returns the build's status */
  const build = async (golden = makeImage()) => {
    const { uri, sha256 } = await scripts.putScript(golden.name, 'true\n');
    const builder = new LocalImageBuilder({ engine, registry, scripts, directory: join(directory, 'builds') });
    const id = await builder.start({ image: golden, patchId: sha256, scriptUri: uri });
    await builder.wait(id);
    return await builder.get(id);
  };
  return { registry, builds, build };
}

describe('a base whose configuration is fit for no Dockerfile', () => {
  it.each<[string, Partial<EngineImage>, RegExp]>([
    [
      'a line feed in USER',
      { contract: configured({ User: 'root\nRUN touch /injected' }) },
      /USER that is none: "root\\nRUN/,
    ],
    ['a line feed at the end of USER', { contract: configured({ User: 'root\n' }) }, /USER that is none/],
    ['a carriage return in USER', { contract: configured({ User: 'root\rRUN x' }) }, /USER that is none/],
    ['a variable in USER', { contract: configured({ User: '$HOME' }) }, /USER that is none: "\$HOME"/],
    ['a variable as group', { contract: configured({ User: 'root:${x}' }) }, /USER that is none/],
    ['a blank in USER', { contract: configured({ User: 'root x' }) }, /USER that is none/],
    ['an ONBUILD', { onBuild: ['RUN touch /injected'] }, /ONBUILD/],
  ])('%s: it is refused, and nothing is built', async (_what, base, says) => {
    const here = storeWith(base);
    await expect(here.registry.parentOf(makeImage())).rejects.toThrow(BadInputError);
    await expect(here.registry.parentOf(makeImage())).rejects.toThrow(says);
    expect(await here.build()).toMatchObject({ state: 'FAILED', reason: 'builder' });
    expect(here.builds).toEqual([]);
  });

  it.each(['', 'root', '0', 'app', '1000:1000', 'app:staff', '_apt', 'svc.name-1'])(
    'USER %j is taken',
    async (user) => {
      const here = storeWith({ contract: configured({ User: user }) });
      expect(await here.registry.parentOf(makeImage())).toMatchObject({ reference: 'localhost/base:1' });
    },
  );
});

describe('the Dockerfile of a patch', () => {
  const linesOf = (dockerfile: string | undefined): string[] =>
    (dockerfile ?? '').split('\n').filter((line) => /^(?:FROM|USER|WORKDIR) /.test(line));

  it.each<[string, string, { user?: string; workdir?: string }, string[]]>([
    ['nothing is said', '', {}, []],
    ['the base has a user', 'app', {}, ['USER root', 'USER app']],
    ['the configuration says a user', '', { user: '1000:1000' }, ['USER 1000:1000']],
    ['both say a user', 'app', { user: 'svc' }, ['USER root', 'USER svc']],
    ['the configuration says root', 'app', { user: 'root' }, ['USER root', 'USER root']],
    ['the configuration says a directory', '', { workdir: '/srv/app' }, ['WORKDIR /srv/app']],
  ])('where %s', async (_what, user, contract, lines) => {
    const here = storeWith({ contract: configured({ User: user }) });
    await here.build(makeImage({ contract: { ...contract, maximumGrowthPercent: 150 } }));
    expect(linesOf(here.builds[0]?.dockerfile)).toEqual(['FROM localhost/base:1', ...lines]);
  });

  it.each(['oci', 'docker'] as const)('is built in the format of the base: %s', async (format) => {
    const here = storeWith({ format });
    await here.build();
    expect(here.builds).toMatchObject([{ format }]);
  });
});

describe('what an engine says of an image’s configuration', () => {
  const whole = {
    Healthcheck: { Test: ['CMD', 'true'], Interval: 5_000_000_000, Timeout: 0 },
    Shell: ['/bin/bash', '-c'],
    StopSignal: 'SIGINT',
  };
  const subject = (contract: ImageContract) => ({ contract, size: 1, layers: [], packages: [] });
  const violations = (before: ImageContract, after: ImageContract): string[] =>
    compareContracts(subject(before), subject(after), { maximumGrowthPercent: 150, removable: [] });

  it('HEALTHCHECK, SHELL, STOPSIGNAL and architecture are part of the contract', () => {
    expect(configured(whole, 'arm64')).toMatchObject({
      ...{ healthcheck: '{"Interval":5000000000,"Test":["CMD","true"]}', shell: ['/bin/bash', '-c'] },
      ...{ stopSignal: 'SIGINT', architecture: 'arm64' },
    });
  });

  it('each of them that is lost is a violation', () => {
    const lost = violations(configured(whole, 'arm64'), configured({}, 'amd64'));
    expect(lost.map((sentence) => sentence.split(' changed')[0])).toEqual([
      ...['architecture', 'healthcheck', 'shell', 'stop signal'],
    ]);
  });

  it('the order of its keys, and values that say nothing, are none', () => {
    const other = { ...whole, Healthcheck: { StartPeriod: 0, Interval: 5_000_000_000, Test: ['CMD', 'true'] } };
    expect(violations(configured(whole), configured(other))).toEqual([]);
  });
});

describe('a tag that the system gives itself', () => {
  const config = (tag: string): string =>
    JSON.stringify({
      version: 1,
      images: [{ name: 'a', repository: 'golden/a', parent: 'base:1', floatingTag: tag }],
    });

  it.each(['candidate', 'candidate-x', '2026-01-01.1'])('%s is refused as floatingTag and as --tag', (tag) => {
    expect(() => parseConfig(config(tag), 'golden-images.yaml')).toThrow(/floatingTag: is a tag that the system/);
    expect(() => parseTag(tag)).toThrow('The system gives that tag itself');
    expect(() => parseTag(`localhost/golden/a:${tag}`)).toThrow('The system gives that tag itself');
  });

  it.each(['candidates', 'stable', '2026-01-01', '2026-01-01.x', 'v1.2.3'])('%s is none', (tag) => {
    expect(parseConfig(config(tag), 'golden-images.yaml').images[0]?.floatingTag).toBe(tag);
    expect(parseTag(tag)).toBe(tag);
    expect(parseTag(`localhost:5000/golden/a:${tag}`)).toBe(`localhost:5000/golden/a:${tag}`);
  });
});

describe('a --tag that is a whole reference', () => {
  /** Runs `patch` without an engine about two repositories. */
  const run = async (tag: string, images: readonly string[] = []) => {
    const findings = join(directory, 'findings.jsonl');
    const events = ['golden/one', 'golden/two'].map((repositoryName) =>
      inspectorEvent(inspectorFinding(undefined, { resources: [ecrResource({ repositoryName })] })),
    );
    await writeFile(findings, events.map((event) => JSON.stringify(event)).join('\n'));
    const quiet = (): undefined => undefined;
    return await patch({
      ...{ findings: [findings], images, engine: 'none', state: join(directory, 'state'), tag, retry: false },
      ...{ clock: () => NOW, logger: silent, onProgress: quiet, onFailure: quiet, onWarning: quiet },
    });
  };

  it('is refused for two images: the second would take the tag of the first', async () => {
    await expect(run('localhost/app:patched')).rejects.toThrow(BadInputError);
    await expect(run('localhost/app:patched')).rejects.toThrow(/--tag is for one image/);
  });

  it('is taken for one of them, and a mere tag for both', async () => {
    const one = await run('localhost/app:patched', ['golden/one']).then(({ images }) => Object.keys(images));
    expect([one, Object.keys((await run('patched')).images)]).toEqual([['golden/one'], ['golden/one', 'golden/two']]);
  });
});
