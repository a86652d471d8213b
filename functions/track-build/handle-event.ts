import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import { imageOfRecipe } from '../../domain/config/pipeline-name';
import { BadInputError } from '../../domain/errors';
import type { FindingTable, Logger, Metrics } from '../../domain/ports';
import { readHead } from '../../domain/table/head-changes';
import { patchKey } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { withFacts } from '../../domain/with-facts';
import { reportFailure } from '../shared/failure';
import type { TrackEvent } from './events';
import { parseBuildArn, parseRepositoryArn, trackEvent } from './events';
import type { TrackBuildResult } from './track-build-ports';

/** What an event is handled with. */
export interface HandleEventOptions {
  readonly estate: Estate;
  /** Account and region whose builds and scans count. */
  readonly home: { readonly account: string; readonly region: string };
  /** What the names of this environment's recipes begin with, e.g. `prod-`. */
  readonly recipePrefix: string;
  readonly table: FindingTable;
  readonly trackBuild: (image: GoldenImage, logger: Logger) => Promise<TrackBuildResult>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Why an event is passed over. */
type Passed =
  | 'other-account'
  | 'other-region'
  /** The build goes on, or the scan is not complete. */
  | 'in-between'
  /** No recipe of this environment's, or no golden repository. */
  | 'not-declared'
  /** Nobody waits for this build: it was started by hand, or its end is known. */
  | 'not-leased'
  /** The scan is of an instance. */
  | 'not-an-image'
  /** Nobody waits for the scan of this digest. */
  | 'no-candidate';

/** States in which a build is over (Image Builder API, ImageState). */
const ENDED: ReadonlySet<string> = new Set(['AVAILABLE', 'FAILED', 'CANCELLED', 'DELETED', 'DEPRECATED', 'DISABLED']);
/** The scan that proves a candidate. */
const SCANNED = 'INITIAL_SCAN_COMPLETE';

/** An event and whose it is; or why it is nobody's. */
type Addressed = { readonly image: GoldenImage } | { readonly passed: Passed };

/**
 * Makes the handler of builds that end and of scans that complete. An event only says that an image is to be looked at; what
 * is true is asked of the builder, the registry and the scanner. What it throws is tried again by Lambda, and goes to the
 * failure destination with the event when that gives up.
 */
export function makeHandleEvent(options: HandleEventOptions): (event: unknown) => Promise<void> {
  const { estate, logger, metrics } = options;
  const images = [...estate.byRepository.values()];
  return async (event) => {
    const facts: Record<string, unknown> = {};
    try {
      const parsed = parse(event);
      Object.assign(facts, { eventId: parsed.id });
      const addressed =
        parsed.source === 'aws.imagebuilder'
          ? await ofBuild(options, images, parsed, facts)
          : await ofScan(options, parsed, facts);
      if ('passed' in addressed) {
        metrics.count('EventsIgnored', 1, addressed.passed);
        logger.info('event passed over', { ...facts, reasons: [addressed.passed] });
        return;
      }
      const { image } = addressed;
      Object.assign(facts, { image: image.name });
      const result = await options.trackBuild(image, withFacts(logger, facts));
      logger.info('build tracked', { ...facts, did: result.did, ...(result.did === 'nothing' && { why: result.why }) });
    } catch (error) {
      reportFailure(options, error, facts);
      throw error;
    }
  };
}

/** The image of a build: by the recipe's name in its ARN, and by the lease, which must both say so. */
async function ofBuild(
  { table, recipePrefix, home }: HandleEventOptions,
  images: readonly GoldenImage[],
  event: Extract<TrackEvent, { source: 'aws.imagebuilder' }>,
  facts: Record<string, unknown>,
): Promise<Addressed> {
  const [arn] = event.resources;
  const build = parseBuildArn(arn);
  Object.assign(facts, { build: arn, status: event.detail.state.status });
  if (build === undefined) throw new BadInputError(`the event's resource is not the ARN of a build`);
  const stranger = whereStrange(home, [event.account, build.account], [event.region, build.region]);
  if (stranger !== undefined) return { passed: stranger };
  if (!ENDED.has(event.detail.state.status)) return { passed: 'in-between' };
  const image = imageOfRecipe(images, recipePrefix, build.recipe);
  if (image === undefined) return { passed: 'not-declared' };
  const lease = (await readHead(table, image.name))?.lease;
  const item = lease === undefined ? undefined : await table.get(patchKey(image.name, lease.patch));
  const patch = item !== undefined && isPatchItem(item) ? item : undefined;
  return lease?.buildId === arn || patch?.buildId === arn ? { image } : { passed: 'not-leased' };
}

/** The image of a scan: by its repository, where the digest is the candidate that waits for it. */
async function ofScan(
  { estate, table, home }: HandleEventOptions,
  event: Extract<TrackEvent, { source: 'aws.inspector2' }>,
  facts: Record<string, unknown>,
): Promise<Addressed> {
  const { 'repository-name': arn, 'image-digest': digest, 'scan-status': status } = event.detail;
  Object.assign(facts, { repository: arn, digest, status });
  if (arn === undefined || digest === undefined) return { passed: 'not-an-image' };
  const repository = parseRepositoryArn(arn);
  if (repository === undefined) throw new BadInputError(`the scan's repository is not the ARN of one`);
  const stranger = whereStrange(home, [event.account, repository.account], [event.region, repository.region]);
  if (stranger !== undefined) return { passed: stranger };
  if (status !== SCANNED) return { passed: 'in-between' };
  const image = estate.byRepository.get(repository.name);
  if (image === undefined) return { passed: 'not-declared' };
  const lease = (await readHead(table, image.name))?.lease;
  const patch = lease === undefined ? undefined : await table.get(patchKey(image.name, lease.patch));
  if (patch === undefined || !isPatchItem(patch)) return { passed: 'no-candidate' };
  // A scan may be quicker than the word that the build has ended: while it is building, any digest may be its own.
  const isAwaited = patch.state === 'BUILDING' || patch.candidate?.digest === digest;
  return isAwaited ? { image } : { passed: 'no-candidate' };
}

function whereStrange(
  home: HandleEventOptions['home'],
  accounts: readonly (string | undefined)[],
  regions: readonly (string | undefined)[],
): Passed | undefined {
  if (accounts.some((account) => account !== home.account)) return 'other-account';
  return regions.some((region) => region !== home.region) ? 'other-region' : undefined;
}

function parse(event: unknown): TrackEvent {
  const parsed = trackEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new BadInputError('the event is neither an Image State Change of EC2 Image Builder nor an Inspector2 Scan', {
    hint: 'only the EventBridge rules on builds and scans may invoke this function',
    cause: parsed.error,
  });
}
