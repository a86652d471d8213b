import { createHash } from 'node:crypto';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { ImageContract } from '../../../domain/contract/image-contract';
import { BuildRefusedError } from '../../../domain/errors';
import type {
  BuildRequest,
  BuildStatus,
  ImageBuilder,
  ImageDescription,
  ImageLayers,
  ImageLookup,
  ImageRegistry,
} from '../../../domain/ports';

/** An image as the registry of a test has it. */
export interface CloudImage {
  readonly digest: string;
  readonly repository: string;
  /** Version by source package. */
  readonly packages: Readonly<Record<string, string>>;
  readonly layers: readonly string[];
  readonly contract: ImageContract;
  /** ISO 8601. */
  readonly pushedAt: string;
}

/** USER of an image whose build breaks the contract. */
export const BROKEN_USER = 'nobody';

/** How a build ends. */
export type BuildEnd =
  /** Packages are raised to the floors of the patch, but for those that the repositories do not offer. */
  | 'works'
  | 'fails'
  | 'nothing-improved'
  | 'builder-fails'
  | 'cancelled'
  /** The image is built, and its user is another. */
  | 'breaks-contract';

/** A build in flight, or over. */
export interface CloudBuild {
  readonly id: string;
  readonly image: string;
  readonly patchId: string;
  status: BuildStatus;
  /** Digest of its image, where that is pushed before the builder says so. */
  pushed?: string;
}

const HOST = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

const CONTRACT: ImageContract = {
  ...{ user: '', entrypoint: [], cmd: ['bash'], env: [], workdir: '', ports: [], volumes: [], labels: {} },
  ...{ architecture: 'amd64', healthcheck: '', shell: [], stopSignal: '' },
};

/**
 * The registry and the builder of an account, in memory: images by digest, tags that point at them, builds that a test
 * ends as it likes. What is pushed is made of the packages in it.
 */
export class Cloud {
  readonly images = new Map<string, CloudImage>();
  /** Digest by `<repository>:<tag>`. */
  readonly tags = new Map<string, string>();
  readonly builds: CloudBuild[] = [];
  /** Every move of a tag, in order. */
  readonly moves: { readonly tag: string; readonly digest: string; readonly from: string | undefined }[] = [];
  /** Why the builder refuses every build; undefined where it does not. */
  refusal: string | undefined;
  /** Is told of a tag before it is put where it may be already. */
  onMove: ((tag: string, digest: string) => void) | undefined;
  /** What the parent of each image holds, by the image's name. */
  readonly parents = new Map<string, Readonly<Record<string, string>>>();
  private readonly now: () => Date;
  private pushes = 0;

  constructor(now: () => Date) {
    this.now = now;
  }

  /** Pushes an image. @returns its digest */
  push(
    repository: string,
    tags: readonly string[],
    packages: Readonly<Record<string, string>>,
    contract: Partial<ImageContract> = {},
  ): string {
    const digest = hash(`image ${repository} ${String(++this.pushes)}`);
    this.images.set(digest, {
      digest,
      repository,
      packages,
      layers: [hash(`parent ${repository}`), hash(`layer ${digest}`)],
      contract: { ...CONTRACT, ...contract },
      pushedAt: this.now().toISOString(),
    });
    for (const tag of tags) this.tags.set(`${repository}:${tag}`, digest);
    return digest;
  }

  /** Has an image hold one more package than its build knew of. */
  addPackage(digest: string, name: string, version: string): void {
    const image = this.images.get(digest);
    if (image === undefined) throw new Error(`no image ${digest}`);
    this.images.set(digest, { ...image, packages: { ...image.packages, [name]: version } });
  }

  /** Deletes an image and its tags. */
  remove(digest: string): void {
    this.images.delete(digest);
    for (const [tag, at] of this.tags) if (at === digest) this.tags.delete(tag);
  }

  /** All images of a repository, as a registry lists them. */
  imagesOf(repository: string): { readonly digest: string; readonly tags: readonly string[] }[] {
    return [...this.images.values()]
      .filter((image) => image.repository === repository)
      .map(({ digest }) => ({ digest, tags: this.tagsOf(digest) }));
  }

  /** Tags of a digest, without the repository; sorted. */
  tagsOf(digest: string): string[] {
    return [...this.tags]
      .filter(([, at]) => at === digest)
      .map(([tag]) => tag.split(':').at(-1) ?? '')
      .sort();
  }

  /** Builds that have not ended. */
  running(image?: string): CloudBuild[] {
    return this.builds.filter((build) => build.status.state === 'BUILDING' && (image ?? build.image) === build.image);
  }

  /**
   * Has a build push its image before it ends: the scanner may tell of it before the builder does.
   * @param tags that it has until the build has ended
   * @param raised as for {@link Cloud.end}
   */
  pushEarly(
    build: CloudBuild,
    image: GoldenImage,
    tags: readonly string[],
    raised: Readonly<Record<string, string>>,
  ): void {
    build.pushed ??= this.push(image.repository, tags, { ...this.parents.get(image.name), ...raised });
  }

  /** Ends a build. @param raised versions that the patch has reached, by package */
  end(build: CloudBuild, image: GoldenImage, how: BuildEnd, raised: Readonly<Record<string, string>>): void {
    switch (how) {
      case 'fails':
        build.status = { state: 'FAILED', reason: 'script', detail: 'the script exited with 100' };
        return;
      case 'nothing-improved':
        build.status = { state: 'FAILED', reason: 'nothing-improved', detail: 'the script exited with 10' };
        return;
      case 'builder-fails':
        build.status = { state: 'FAILED', reason: 'builder', detail: 'no capacity' };
        return;
      case 'cancelled':
        build.status = { state: 'CANCELLED', reason: 'builder', detail: 'cancelled' };
        return;
      default: {
        this.pushEarly(build, image, [], raised);
        const digest = build.pushed ?? '';
        const pushed = this.images.get(digest);
        if (pushed !== undefined && how === 'breaks-contract')
          this.images.set(digest, { ...pushed, contract: { ...pushed.contract, user: BROKEN_USER } });
        for (const tag of ['candidate', versionTag(build)]) this.tags.set(`${image.repository}:${tag}`, digest);
        build.status = {
          state: 'AVAILABLE',
          candidate: { reference: `${HOST}/${image.repository}@${digest}`, digest },
        };
      }
    }
  }

  readonly builder: ImageBuilder = {
    start: async ({ image, patchId }: BuildRequest) => {
      const known = this.builds.find((build) => build.patchId === patchId && build.image === image.name);
      if (known !== undefined) return await Promise.resolve(known.id);
      if (this.refusal !== undefined) throw new BuildRefusedError(this.refusal);
      const id = `arn:aws:imagebuilder:us-east-1:123456789012:image/prod-${image.name}/1.0.0/${String(this.builds.length + 1)}`;
      this.builds.push({ id, image: image.name, patchId, status: { state: 'BUILDING' } });
      return await Promise.resolve(id);
    },
    get: async (id) => await Promise.resolve(this.builds.find((build) => build.id === id)?.status),
  };

  readonly registry: ImageRegistry = {
    describe: async (reference) => await Promise.resolve(this.describe(reference)),
    parentOf: async (image) =>
      await Promise.resolve({
        ...shape(
          `${HOST}/parent/${image.name}:latest`,
          hash(`parent of ${image.name} ${JSON.stringify(this.parents.get(image.name))}`),
        ),
        layers: [{ digest: hash(`parent ${image.repository}`), size: 900 }],
      }),
    referenceOf: (image, tag) => `${HOST}/${image.repository}:${tag}`,
    tag: async (source, target) => {
      const digest = this.describe(source)?.digest;
      if (digest === undefined) throw new Error(`there is no image ${source}`);
      const tag = target.slice(HOST.length + 1);
      const from = this.tags.get(tag);
      this.onMove?.(tag, digest);
      if (from !== digest) this.moves.push({ tag, digest, from });
      this.tags.set(tag, digest);
      await Promise.resolve();
    },
    untag: async (reference) => {
      if (!reference.includes('@')) this.tags.delete(reference.slice(HOST.length + 1));
      await Promise.resolve();
    },
  };

  readonly lookup: ImageLookup = {
    lookUp: async (repository, digest) => {
      const image = this.images.get(digest);
      if (image?.repository !== repository)
        return await Promise.resolve({
          unusable: 'image-not-found',
          detail: `${repository}@${digest} is not in the registry`,
        });
      const { pushedAt, layers } = image;
      const facts = {
        digest,
        pushedAt,
        layers,
        tags: this.tagsOf(digest),
        os: 'linux',
        architecture: 'amd64',
        labels: {},
      };
      return await Promise.resolve(facts);
    },
  };

  readonly layers: ImageLayers = {
    layersOf: async (repository, digest) => {
      const image = this.images.get(digest);
      return await Promise.resolve(image?.repository === repository ? image.layers : undefined);
    },
  };

  private describe(reference: string): ImageDescription | undefined {
    const path = reference.slice(HOST.length + 1);
    const [, byDigest] = path.split('@');
    const digest = byDigest ?? this.tags.get(path);
    const image = digest === undefined ? undefined : this.images.get(digest);
    return image === undefined
      ? undefined
      : { ...shape(reference, image.digest), contract: image.contract, layers: sized(image) };
  }
}

/** The tag that the builder gives an image by itself. */
export function versionTag({ id }: Pick<CloudBuild, 'id'>): string {
  return `1.0.0-${id.split('/').at(-1) ?? ''}`;
}

function shape(reference: string, digest: string): ImageDescription {
  return { reference, digest, contract: CONTRACT, size: 1000, layers: [], format: 'oci' };
}

function sized({ layers }: CloudImage): ImageDescription['layers'] {
  return layers.map((digest, index) => ({ digest, size: index === 0 ? 900 : 100 }));
}

/** `sha256:…` of a text. */
export function hash(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
