import { createHash } from 'node:crypto';
import { type InspectorEvent, recordedEvents, subjectOf } from './chain-events';
import { PARENT } from './push-golden';
import { MODEL } from './recorded-images';

/** Recorded images that the estate's are like, in turn. */
const RECORDED = ['golang', 'alpine', 'golang', 'amazonlinux', 'golang'] as const;

const FILES = {
  golang: 'inspector-events/golang_latest.jsonl',
  alpine: 'inspector-events-more/alpine_3.18.2.jsonl',
  amazonlinux: 'inspector-events/amazonlinux_latest.jsonl',
} as const;

/** Most of an image's findings that are picked for being acted on: one in so many. */
const URGENT_SHARE = 5;

/** An estate of golden images, and what Inspector says of each. */
export interface ChaosEstate {
  /** Names of the images. */
  readonly names: readonly string[];
  /** `golden-images.yaml`, parsed. */
  readonly config: object;
  /** Findings on the images as they are now. */
  readonly events: readonly InspectorEvent[];
}

/**
 * Makes an estate of recorded findings: each image has its own choice of them, some of which can be fixed; where there are
 * too few, they come again as other vulnerabilities of the same packages.
 * @param images how many images
 * @param findings how many findings each has
 */
export function chaosEstate(images: number, findings: number): ChaosEstate {
  const like = (index: number): keyof typeof FILES => RECORDED[index % RECORDED.length] ?? 'golang';
  const names = Array.from({ length: images }, (_, index) => `${like(index)}-${index}`);
  return {
    names,
    config: {
      version: 1,
      images: names.map((name) => ({ name, repository: repositoryOf(name), parent: PARENT.reference })),
      // The findings are of 2024, and Alpine 3.18 has ended since.
      policy: { patchEndOfLife: true, buildsPerDay: 1000 },
      author: 'bedrock-then-rules',
      model: { id: MODEL },
    },
    events: names.flatMap((name, index) => {
      const recorded = lastOfEach(recordedEvents(FILES[like(index)]));
      return choose(recorded, index, findings).map((event) => about(event, name));
    }),
  };
}

function repositoryOf(name: string): string {
  return `golden/${name}`;
}

/** Findings for the image of a number. */
function choose(recorded: readonly InspectorEvent[], index: number, count: number): InspectorEvent[] {
  const isUrgent = ({ detail }: InspectorEvent): boolean =>
    detail['fixAvailable'] === 'YES' && (detail['severity'] === 'HIGH' || detail['severity'] === 'CRITICAL');
  const urgent = turned(recorded.filter(isUrgent), index * 3).slice(0, Math.ceil(count / URGENT_SHARE));
  const others = turned(
    recorded.filter((event) => !urgent.includes(event)),
    index * 97,
  );
  const all = [...urgent, ...others];
  return Array.from({ length: count }, (_, at) => {
    const round = Math.floor(at / all.length);
    const event = all[at % all.length]!;
    return round === 0 ? event : asAnother(event, round);
  });
}

/** The same finding of another vulnerability: its id has another number, of seven digits, at its end. */
function asAnother(event: InspectorEvent, round: number): InspectorEvent {
  const id = vulnerabilityOf(event);
  const other = id.replace(/\d+$/, (number) => `${round}${number.padStart(6, '0')}`);
  return parse(JSON.stringify(event).replaceAll(id, other));
}

/** Id of the vulnerability that an event is about. */
export function vulnerabilityOf({ detail }: InspectorEvent): string {
  return (detail['packageVulnerabilityDetails'] as { readonly vulnerabilityId: string }).vulnerabilityId;
}

/** Of several events about one finding, the last. */
function lastOfEach(events: readonly InspectorEvent[]): InspectorEvent[] {
  return [...new Map(events.map((event) => [event.detail['findingArn'], event])).values()];
}

function turned<T>(values: readonly T[], by: number): T[] {
  const start = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}

/** A recorded event as one about an image of the estate, tagged `stable`. */
function about(event: InspectorEvent, name: string): InspectorEvent {
  const { repository, digest } = subjectOf(event);
  const parsed = parse(
    JSON.stringify(event)
      .replaceAll(repository, repositoryOf(name))
      .replaceAll(digest, `sha256:${sha256(name)}`),
  );
  parsed.detail.resources[0].details.awsEcrContainerImage.imageTags = ['stable'];
  const arn = String(parsed.detail['findingArn']);
  const id = sha256(`${name} ${vulnerabilityOf(parsed)} ${arn}`).slice(0, 32);
  parsed.detail['findingArn'] = `${arn.slice(0, arn.lastIndexOf('/'))}/${id}`;
  return parsed;
}

function parse(json: string): InspectorEvent {
  return JSON.parse(json) as InspectorEvent;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
