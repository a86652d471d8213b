import type { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { ImageDescription, ImageRegistry, PackageInventory } from '../../../domain/ports';
import { isPatchItem } from '../../../domain/table/patch-item';
import { digestOf, makePackage } from '../table/samples';

/** Packages of the parent, each at version 1-1. */
const PACKAGES = ['glibc', 'krb5', 'zlib', 'curl', 'expat'];

/** The image that a patch's build ends in. */
export function candidateOf(patchId: string): { reference: string; digest: string } {
  return { reference: `candidate-${patchId}`, digest: `sha256:${patchId}` };
}

/**
 * The registry of a chain and what is in its images: a build raises the targets of its patch to their floors, and nothing
 * else, so that what a later patch is for is left to it.
 */
export function makeBuiltImages(table: MemoryFindingTable): {
  readonly registry: ImageRegistry;
  readonly inventory: PackageInventory;
} {
  const contract = {
    ...{ user: '', entrypoint: [], cmd: ['bash'], env: [], workdir: '', ports: [], volumes: [], labels: {} },
    ...{ architecture: 'amd64', healthcheck: '', shell: [], stopSignal: '' },
  };
  const image = (reference: string, digest: string): ImageDescription => ({
    ...{ reference, digest, contract, size: 1000, layers: [], format: 'oci' },
  });
  const parent = image('parent', digestOf('a'));
  const tags = new Map([['parent', parent]]);
  const describe = (reference: string): ImageDescription | undefined =>
    reference.startsWith('candidate-')
      ? image(reference, `sha256:${reference.slice('candidate-'.length)}`)
      : tags.get(reference);
  return {
    registry: {
      describe: async (reference) => await Promise.resolve(describe(reference)),
      parentOf: async () => await Promise.resolve(parent),
      referenceOf: (_image, tag) => `local:${tag}`,
      tag: async (source, target) => {
        tags.set(target, { ...describe(source)!, reference: target });
        await Promise.resolve();
      },
      untag: async () => {
        await Promise.resolve();
      },
    },
    inventory: {
      packagesOf: async (reference) => {
        const patchId = describe(reference)?.digest.slice('sha256:'.length);
        const patches = (await table.query('IMAGE#debian-12')).filter(isPatchItem);
        const targets = patches.find((patch) => patch.patchId === patchId)?.targets ?? [];
        const floors = new Map(targets.map((target) => [target.package, target.floor]));
        return PACKAGES.map((name) => makePackage(name, floors.get(name) ?? '1-1'));
      },
    },
  };
}
