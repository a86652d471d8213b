import type { ECRClient } from '@aws-sdk/client-ecr';
import { AwsServiceError } from '../../adapters/aws/aws-error';
import type { ListedImage } from '../../adapters/aws/ecr-inventory';
import { listImages, listRepositories, readLayers } from '../../adapters/aws/ecr-inventory';
import { mapLimited } from '../../adapters/shared/map-limited';
import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { Generation, OutdatedImage, RegistryImage, StandingFacts } from '../../domain/lineage/blast-radius';
import { outdatedImages } from '../../domain/lineage/blast-radius';
import type { FindingSource, FindingTable } from '../../domain/ports';
import type { ScanCoverage } from '../../domain/scan/image-scan';
import { currentDigest, isHeadItem } from '../../domain/table/head-item';
import { imagePartition, layerPartition } from '../../domain/table/keys';
import { isLayerItem } from '../../domain/table/layer-item';
import { isPatchItem } from '../../domain/table/patch-item';

/** What the account is asked with. */
export interface BlastRadiusPorts {
  readonly table: Pick<FindingTable, 'query'>;
  readonly ecr: ECRClient;
  readonly source: Pick<FindingSource, 'coverageOf'>;
}

/** An image that carries a golden digest of before, and how much it is used, where that is known. */
export interface AffectedImage extends OutdatedImage {
  /** Containers that run it now, by Inspector. */
  readonly inUse?: number;
  /** ISO 8601. */
  readonly lastInUseAt?: string;
}

/** What could not be looked at. */
export interface SkippedImage {
  readonly repository: string;
  /** Absent where the whole repository could not be read. */
  readonly digest?: string;
  readonly why: string;
}

/** Who carries what of a golden image. */
export interface BlastRadius {
  readonly image: string;
  /** Current digest of the golden image. */
  readonly current: string;
  /** Sorted by repository, newest first. */
  readonly affected: readonly AffectedImage[];
  readonly skipped: readonly SkippedImage[];
  /** Repositories whose use by containers could not be asked for, and why; their images have no counts. */
  readonly useUnknown: readonly SkippedImage[];
  /** How much was looked at. */
  readonly looked: { readonly repositories: number; readonly images: number };
}

/** Calls at the same time: ECR takes far more of each of them per second. */
const CONCURRENCY = 8;

/**
 * Finds the images of the account's registry that carry layers of a digest that the golden image's floating tag has left.
 * A repository or manifest that cannot be read is told and skipped.
 * @param options.all every image; default the newest tagged one of each repository
 * @throws BadInputError where nothing is known of the image
 */
export async function findBlastRadius(
  image: GoldenImage,
  ports: BlastRadiusPorts,
  options: { readonly all: boolean },
): Promise<BlastRadius> {
  const items = await ports.table.query(imagePartition(image.name));
  const head = items.find(isHeadItem);
  const current = currentDigest(head);
  if (head === undefined || current === undefined)
    throw new BadInputError(`nothing is known of golden image ${image.name}: it was not promoted yet`, {
      hint: `build it first: golden-images rebuild --image ${image.name} --reason '…'`,
    });
  const { generations, pushedAt } = await generationsOf(image.repository, ports.ecr);
  const names = (await listRepositories(ports.ecr)).filter((name) => name !== image.repository);
  const read = await mapLimited(names, CONCURRENCY, async (name) => await readRepository(name, ports.ecr, options.all));
  const images = read.flatMap((one) => one.images);
  const facts: StandingFacts = { head, patches: items.filter(isPatchItem), pushedAt };
  const known = [...generations, ...(await recordedGenerations(image.name, images, ports.table))];
  const affected = outdatedImages(images, known, facts);
  const used = await usesOf([...new Set(affected.map(({ repository }) => repository))], ports.source);
  return {
    image: image.name,
    current,
    affected: affected.map((one) => withUse(one, used.coverage.get(`${one.repository}@${one.digest}`))),
    skipped: read.flatMap((one) => one.skipped),
    useUnknown: used.unknown,
    looked: { repositories: names.length, images: images.length },
  };
}

/** Digests of the golden image that its repository still has. */
async function generationsOf(
  repository: string,
  ecr: ECRClient,
): Promise<{ generations: Generation[]; pushedAt: ReadonlyMap<string, string> }> {
  const images = await listImages(ecr, repository);
  const layers = await readLayers(
    ecr,
    repository,
    images.map(({ digest }) => digest),
  );
  const generations = [...layers].flatMap(([digest, read]) =>
    'layers' in read ? read.layers.map((one) => ({ digest, layers: one })) : [],
  );
  return { generations, pushedAt: new Map(images.map((one) => [one.digest, one.pushedAt])) };
}

/** Digests of the golden image that the table remembers, of those that images may be built on; also deleted ones. */
async function recordedGenerations(
  name: string,
  images: readonly RegistryImage[],
  table: Pick<FindingTable, 'query'>,
): Promise<Generation[]> {
  const layers = [...new Set(images.flatMap((image) => image.layers.flat()))];
  const items = await mapLimited(layers, CONCURRENCY, async (layer) => await table.query(layerPartition(layer)));
  return items
    .flat()
    .filter(isLayerItem)
    .filter((item) => item.image === name);
}

async function readRepository(
  repository: string,
  ecr: ECRClient,
  all: boolean,
): Promise<{ images: RegistryImage[]; skipped: SkippedImage[] }> {
  try {
    const listed = await listImages(ecr, repository);
    const wanted = all ? listed : newestTagged(listed);
    const read = await readLayers(
      ecr,
      repository,
      wanted.map(({ digest }) => digest),
    );
    const images: RegistryImage[] = [];
    const skipped: SkippedImage[] = [];
    for (const image of wanted) {
      const layers = read.get(image.digest) ?? { unreadable: 'ECR did not give its manifest' };
      if ('layers' in layers) images.push({ repository, ...image, layers: layers.layers });
      else skipped.push({ repository, digest: image.digest, why: layers.unreadable });
    }
    return { images, skipped };
  } catch (error) {
    if (!(error instanceof AwsServiceError)) throw error;
    return { images: [], skipped: [{ repository, why: error.message }] };
  }
}

function newestTagged(images: readonly ListedImage[]): ListedImage[] {
  const newest = images.find(({ tags }) => tags.length > 0);
  return newest === undefined ? [] : [newest];
}

async function usesOf(
  repositories: readonly string[],
  source: Pick<FindingSource, 'coverageOf'>,
): Promise<{ coverage: ReadonlyMap<string, ScanCoverage>; unknown: SkippedImage[] }> {
  const coverage = new Map<string, ScanCoverage>();
  const unknown: SkippedImage[] = [];
  await mapLimited(repositories, CONCURRENCY, async (repository) => {
    try {
      for (const one of await source.coverageOf(repository)) coverage.set(`${repository}@${one.digest}`, one);
    } catch (error) {
      if (!(error instanceof AwsServiceError)) throw error;
      unknown.push({ repository, why: error.message });
    }
  });
  return { coverage, unknown: unknown.sort((left, right) => (left.repository < right.repository ? -1 : 1)) };
}

function withUse(image: OutdatedImage, coverage: ScanCoverage | undefined): AffectedImage {
  return {
    ...image,
    ...(coverage?.inUse !== undefined && { inUse: coverage.inUse }),
    ...(coverage?.lastInUseAt !== undefined && { lastInUseAt: coverage.lastInUseAt }),
  };
}
