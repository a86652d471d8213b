import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  ecrResource,
  inspectorEvent as sampleEvent,
  inspectorFinding,
  inspectorPackage,
} from '../../unit/finding/inspector-sample';
import { TEST_REGION } from './aws-environment';

const FIXTURES = join(__dirname, '../../fixtures');
/** Region that the recorded events are of. */
const RECORDED_REGION = 'us-east-1';

const resource = z.looseObject({
  details: z.looseObject({
    awsEcrContainerImage: z.looseObject({
      repositoryName: z.string(),
      imageHash: z.string(),
      imageTags: z.array(z.string()),
    }),
  }),
});
const inspectorEvent = z.looseObject({
  source: z.string(),
  'detail-type': z.string(),
  time: z.string(),
  resources: z.array(z.string()),
  detail: z.looseObject({ resources: z.tuple([resource]).rest(resource) }),
});

/** An event of Inspector. */
export type InspectorEvent = z.infer<typeof inspectorEvent>;

/** Recorded events, as if they were of the tests' region. @param file below `fixtures/`, e.g. `inspector-events/a.jsonl` */
export function recordedEvents(file: string): InspectorEvent[] {
  return readFileSync(join(FIXTURES, file), 'utf8').trim().split('\n').map(inTestRegion);
}

function inTestRegion(json: string): InspectorEvent {
  return inspectorEvent.parse(JSON.parse(json.replaceAll(RECORDED_REGION, TEST_REGION)));
}

/** The image that an event is about. */
export function subjectOf({ detail }: InspectorEvent): {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
} {
  const { repositoryName, imageHash, imageTags } = detail.resources[0].details.awsEcrContainerImage;
  return { repository: repositoryName, digest: imageHash, tags: imageTags };
}

/** A finding in few words; all else is as in any other. */
export interface FindingSketch {
  readonly repository: string;
  readonly digest: string;
  /** Name of a Debian package; its installed version is `1-1`. */
  readonly package: string;
  /** When Inspector said so: the n-th of May 2024. */
  readonly day: number;
  /** @default HIGH */
  readonly severity?: string;
  /** @default ACTIVE */
  readonly status?: string;
  /** @default 0:1-2 */
  readonly fixedIn?: string;
  /** Digest of the layer that brought the package in. */
  readonly sourceLayer?: string;
  /** When the image was pushed: the n-th of May 2024. @default 1 */
  readonly pushed?: number;
}

/** The event of a finding on a Debian 12 image: `CVE-2024-<package>`. */
export function findingEvent(sketch: FindingSketch): InspectorEvent {
  const { repository, digest, package: name, day, severity = 'HIGH', status = 'ACTIVE', sourceLayer } = sketch;
  const vulnerable = inspectorPackage({
    ...{ name, version: '1', release: '1', fixedInVersion: sketch.fixedIn ?? '0:1-2' },
    ...(sourceLayer !== undefined && { sourceLayerHash: sourceLayer }),
  });
  const about = ecrResource({
    ...{ repositoryName: repository, imageHash: digest, pushedAt: inMay(sketch.pushed ?? 1) },
  });
  const finding = inspectorFinding([vulnerable], {
    ...{
      severity,
      status,
      resources: [{ ...about, id: `arn:aws:ecr:${RECORDED_REGION}:1:repository/${repository}` }],
    },
    updatedAt: inMay(day),
    packageVulnerabilityDetails: { vulnerabilityId: `CVE-2024-${name}`, vulnerablePackages: [vulnerable] },
  });
  return inTestRegion(JSON.stringify(sampleEvent(finding)));
}

function inMay(day: number): string {
  return `2024-05-${String(day).padStart(2, '0')}T00:00:00.000000+00:00`;
}
