import { makeEcrClient } from '../../../adapters/aws/clients/ecr-client';
import { makeImageBuilderClient } from '../../../adapters/aws/clients/imagebuilder-client';
import { Ec2ImageBuilder } from '../../../adapters/aws/ec2-image-builder';
import { EcrImageRegistry } from '../../../adapters/aws/ecr-image-registry';
import type { EcosystemId, InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import { plannedName } from '../../../domain/plan/distribution-names';
import { parsePlatform } from '../../../domain/platform/platform';
import type { ImageRegistry, PackageInventory } from '../../../domain/ports';
import { currentDigest, isHeadItem } from '../../../domain/table/head-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import { imagePartition } from '../../../domain/table/keys';
import { isPatchItem } from '../../../domain/table/patch-item';
import { compareVersions } from '../../../domain/versions';
import { requireEcosystem } from '../../../domain/ecosystems';
import { makePackageProof } from '../../../functions/track-build/package-proof';
import { makeTrackBuild } from '../../../functions/track-build/track-build';
import type { TrackBuildResult } from '../../../functions/track-build/track-build-ports';
import { makePackage, silent } from '../../unit/table/samples';
import { TEST_REGION } from './aws-environment';
import { pushImage, uncompressedDigest } from './ecr-server';
import type { StubBuild } from './image-builder-server';
import { type LambdaChain, REGISTRY_HOST } from './lambda-chain';
import { PARENT } from './push-golden';

/** The ends of an image's builds. */
export interface BuildEnds {
  /**
   * Ends the image's build in flight, and has it tracked. One that ends well raises the targets of its patch to their
   * floors, and nothing else.
   */
  end(how?: 'AVAILABLE' | 'CANCELLED'): Promise<TrackBuildResult>;
  /** Ends builds, and lets the chain run, until none is in flight. @returns what became of each */
  endAll(): Promise<readonly TrackBuildResult['did'][]>;
}

/** Builds that one image may start before the chain is taken to loop. */
const BUILDS_LIMIT = 20;

/**
 * Makes the ends of builds for an image: Image Builder says AVAILABLE, and the image that it would have pushed is in ECR.
 * Tracking runs the use case with the AWS adapters; what is in an image is told by the table.
 */
export function makeBuildEnds(chain: LambdaChain, imageName: string): BuildEnds {
  const image = chain.image(imageName);
  const ecr = makeEcrClient();
  const registry = new EcrImageRegistry({ client: ecr, registry: REGISTRY_HOST });
  const track = makeTrackBuild({
    table: chain.table,
    scripts: chain.scripts,
    registry,
    builder: new Ec2ImageBuilder({ client: makeImageBuilderClient(), pipelineArnOf: () => undefined, registry }),
    proof: makePackageProof({
      table: chain.table,
      scripts: chain.scripts,
      registry,
      inventory: makeInventory(chain, imageName, registry),
    }),
    exceptions: chain.exceptions(),
    clock: () => new Date(),
    logger: silent,
  });
  const pushed = async (build: StubBuild): Promise<StubBuild['image']> => {
    const tags = ['candidate', build.arn.split('/').slice(-2).join('-')];
    for (const tag of tags)
      await pushImage(chain.ecr, ecr, image.repository, tag, { layers: [PARENT.layer, build.clientToken] });
    const imageUris = tags.map((tag) => `${REGISTRY_HOST}/${image.repository}:${tag}`);
    return {
      state: { status: 'AVAILABLE' },
      outputResources: { containers: [{ region: TEST_REGION, imageUris }] },
    };
  };
  const end: BuildEnds['end'] = async (how = 'AVAILABLE') => {
    const items = await chain.table.query(imagePartition(imageName));
    const buildId = items.find(isHeadItem)?.lease?.buildId;
    const build = chain.imageBuilder.builds.find(({ arn }) => arn === buildId);
    if (build !== undefined) build.image = how === 'AVAILABLE' ? await pushed(build) : { state: { status: how } };
    return await track(image);
  };
  return {
    end,
    endAll: async () => {
      const ends: TrackBuildResult['did'][] = [];
      for (let builds = 0; builds < BUILDS_LIMIT; builds++) {
        const { did } = await end();
        if (did === 'nothing') return ends;
        ends.push(did);
        await chain.settle();
      }
      throw new Error(`the builds of ${imageName} do not end`);
    },
  };
}

/** What is installed: what findings say, and in a build's image the floors of its patch. */
function makeInventory(chain: LambdaChain, imageName: string, registry: ImageRegistry): PackageInventory {
  return {
    packagesOf: async (reference, ecosystem) => {
      const items = await chain.table.query(imagePartition(imageName));
      const layers = (await registry.describe(reference))?.layers.map(({ digest }) => digest) ?? [];
      const patch = items.filter(isPatchItem).find(({ patchId }) => layers.includes(uncompressedDigest(patchId)));
      const scanned = items.find(isHeadItem)?.adopted?.digest ?? currentDigest(items.find(isHeadItem)) ?? '';
      const versions = new Map<string, string>();
      for (const { package: name, observations } of items.filter(isFindingItem)) {
        const observation = observations[scanned] ?? Object.values(observations)[0];
        const planned = plannedName(name, parsePlatform(observation?.platform)).package;
        versions.set(planned, observation?.installed ?? '0');
      }
      const order = requireEcosystem(ecosystem as EcosystemId).versionOrder;
      for (const { package: name, floor } of patch?.targets ?? [])
        if (compareVersions(order, versions.get(name) ?? '0', floor) < 0) versions.set(name, floor);
      return [...versions].map(([name, version]): InstalledPackage => makePackage(name, version));
    },
  };
}
