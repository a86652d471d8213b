import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { ImageContract } from '../../../domain/contract/image-contract';
import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import type { BuildStatus, ImageBuilder, ImageDescription, ImageRegistry, RebuildSignal } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import { readHead } from '../../../domain/table/head-changes';
import { isPatchItem } from '../../../domain/table/patch-item';
import { isReplanItem } from '../../../domain/table/replan-item';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import { makeStartBuild } from '../../../functions/start-build/start-build';
import { makePackageProof } from '../../../functions/track-build/package-proof';
import { makeTrackBuild } from '../../../functions/track-build/track-build';
import { digestOf, makeFinding, makeImage, makePackage, NOW, silent } from '../table/samples';

const contract: ImageContract = {
  user: '',
  entrypoint: [],
  cmd: ['bash'],
  env: [],
  workdir: '',
  ports: [],
  volumes: [],
  labels: {},
  architecture: 'amd64',
  healthcheck: '',
  shell: [],
  stopSignal: '',
};
/** An image as the registry of a pipeline world has it. */
export const describeImage = (
  reference: string,
  digest: string,
  overrides: Partial<ImageContract> = {},
): ImageDescription => ({
  reference,
  digest,
  contract: { ...contract, ...overrides },
  size: 1000,
  layers: [],
  format: 'oci',
});
/** Packages of the parent. */
export const OLD = [makePackage('libc6', '2.36-9+deb12u4', { source: 'glibc', sourceVersion: '2.36-9+deb12u4' })];
/** Packages of the candidate. */
export const NEW = [makePackage('libc6', '2.36-9+deb12u7', { source: 'glibc', sourceVersion: '2.36-9+deb12u7' })];
/** What a build ends in. */
export const CANDIDATE = { reference: 'candidate', digest: digestOf('c') };

/** The whole chain on fakes that answer from memory. */
export function pipelineWorld(image: GoldenImage = makeImage({ parent: 'parent' })) {
  const table = new MemoryFindingTable();
  const scripts = new MemoryScriptStore();
  const parameters: string[] = [];
  const signal: RebuildSignal = {
    put: async (_image, value) => await Promise.resolve({ version: parameters.push(value) }),
    get: async () =>
      await Promise.resolve(
        parameters.length === 0 ? undefined : { value: parameters.at(-1) ?? '', version: parameters.length },
      ),
  };
  const builds: string[] = [];
  let status: BuildStatus | undefined = { state: 'BUILDING' };
  const builder: ImageBuilder = {
    start: async ({ patchId }) => {
      if (!builds.includes(patchId)) builds.push(patchId);
      return await Promise.resolve(`build-${patchId}`);
    },
    get: async () => await Promise.resolve(status),
  };
  const images = new Map([
    ['parent', describeImage('parent', digestOf('a'))],
    ['candidate', describeImage('candidate', digestOf('c'))],
  ]);
  const packages = new Map<string, readonly InstalledPackage[]>([
    [digestOf('a'), OLD],
    [digestOf('c'), NEW],
  ]);
  const registry: ImageRegistry = {
    describe: async (reference) => await Promise.resolve(images.get(reference)),
    parentOf: async () => await Promise.resolve(images.get('parent')!),
    referenceOf: (_image, tag) => `local:${tag}`,
    tag: async (source, target) => {
      images.set(target, { ...images.get(source)!, reference: target });
      await Promise.resolve();
    },
    untag: async (reference) => {
      images.delete(reference);
      await Promise.resolve();
    },
  };
  const inventory = {
    packagesOf: async (reference: string) => await Promise.resolve(packages.get(images.get(reference)?.digest ?? '')),
  };
  const ports = {
    table,
    scripts,
    signal,
    builder,
    registry,
    proof: makePackageProof({ table, scripts, registry, inventory }),
    exceptions: [],
    clock: () => NOW,
    logger: silent,
    authors: { choice: 'rules' as const },
  };
  const items = async () => await table.query('IMAGE#debian-12');
  return {
    table,
    images,
    packages,
    parameters,
    builds,
    setStatus: (next: BuildStatus | undefined) => {
      status = next;
    },
    ingest: makeIngestFinding({
      ...ports,
      estate: { byRepository: new Map([[image.repository, image]]), exceptions: [] },
    }),
    generate: async () => await makeGeneratePatch(ports)(image),
    signalRebuild: async () => await makeSignalRebuild(ports)(image),
    start: async () => await makeStartBuild(ports)(image),
    track: async () => await makeTrackBuild(ports)(image),
    head: async () => await readHead(table, 'debian-12'),
    patch: async () => (await items()).filter(isPatchItem).at(-1),
    findings: async () =>
      (await items())
        .filter(isFindingItem)
        .map(({ package: name, state, reason }) => [name, state, reason].filter(Boolean).join(' ')),
    replan: async () => (await items()).find(isReplanItem)?.state,
  };
}

/** A world whose build has been started. */
export async function building(image?: GoldenImage) {
  const here = pipelineWorld(image);
  await here.ingest([makeFinding(), makeFinding({ package: 'krb5', floor: '1.20-2' })]);
  await here.generate();
  await here.signalRebuild();
  await here.start();
  return here;
}
