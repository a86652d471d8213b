import type { FindingItem, Observation } from '../../../domain/table/finding-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import { isHeadItem } from '../../../domain/table/head-item';
import type { TableItem } from '../../../domain/table/items';
import type { PatchItem } from '../../../domain/table/patch-item';
import { isPatchItem } from '../../../domain/table/patch-item';
import { isReplanItem } from '../../../domain/table/replan-item';

/** States of a patch that is on its way. */
const IN_FLIGHT: ReadonlySet<string> = new Set(['AWAITING_APPROVAL', 'READY', 'SIGNALED', 'BUILDING', 'CANDIDATE']);

/** The end state of an image: what is the same however its events came and whatever failed on the way. */
export interface ImageEnd {
  /** By their key: state, reason, and what is known of each on the promoted digest. */
  readonly findings: Readonly<Record<string, unknown>>;
  /** State, breaker and lease, and whether something is promoted. */
  readonly head: unknown;
  /**
   * Targets of the patch that was promoted last: ecosystem, action, package, floor. Not their vulnerabilities: one that an
   * earlier patch has settled by the way is a target's only where it was heard of before.
   */
  readonly targets: readonly string[];
  /** What the scanner lists of the image that the floating tag points at. */
  readonly content: readonly string[];
}

/** What has not come to its end yet; one sentence each. */
export function inFlight(items: readonly TableItem[]): string[] {
  const { lease, state, promoted, adopted, judged } = items.find(isHeadItem) ?? {};
  const current = promoted?.digest ?? adopted?.digest;
  const replan = items.find(isReplanItem);
  return [
    ...(lease === undefined ? [] : [`HEAD is ${state ?? ''} with the lease of patch ${lease.patch}`]),
    ...items
      .filter(isPatchItem)
      .filter((patch) => IN_FLIGHT.has(patch.state))
      .map((patch) => `patch ${patch.sequence} is ${patch.state}`),
    ...(replan?.state === 'REQUESTED' ? [`REPLAN is asked for: ${replan.why}`] : []),
    ...(judged === undefined || judged === current
      ? []
      : [`findings are judged on ${judged}, not on ${current ?? ''}`]),
    ...items
      .filter(isFindingItem)
      .filter((finding) => finding.state === 'OPEN')
      .map((finding) => `${finding.sk} is OPEN`),
  ];
}

/**
 * Reads the end state out of an image's items: no counters, times, sequence numbers, nor patches that were superseded.
 * @param floating digest that the floating tag points at
 * @param content what the scanner lists of it
 */
export function endOf(items: readonly TableItem[], floating: string | undefined, content: readonly string[]): ImageEnd {
  const head = items.find(isHeadItem);
  const promoted = head?.promoted?.digest;
  const patch = items.filter(isPatchItem).find(({ sequence }) => sequence === head?.promoted?.patch);
  return {
    findings: Object.fromEntries(
      items.filter(isFindingItem).map((finding) => [finding.sk, factsOf(finding, promoted ?? head?.adopted?.digest)]),
    ),
    head: {
      ...{ state: head?.state, lease: head?.lease, failures: head?.failures },
      isPromoted: promoted !== undefined,
      isFloating: (promoted ?? head?.adopted?.digest) === floating,
    },
    targets: targetsOf(patch),
    content,
  };
}

function factsOf({ state, reason, judgedOn, observations }: FindingItem, current = ''): unknown {
  return {
    what: [state, reason].filter((part) => part !== undefined).join(' '),
    isJudgedOnCurrent: judgedOn === current,
    observed: observed(observations[current]),
  };
}

/** What was observed, without when, and without what is told of the version that is gone. */
function observed(observation: Observation | undefined): unknown {
  if (observation === undefined) return undefined;
  const { status, severity, installed, floor, exploit, platform, proof, closedBecause } = observation;
  return {
    ...{ status, severity, floor, exploit, platform, proof, closedBecause },
    ...(status === 'ACTIVE' && { installed }),
  };
}

function targetsOf(patch: PatchItem | undefined): string[] {
  return (patch?.targets ?? [])
    .map(({ ecosystem, package: name, floor, action }) => [ecosystem, action, name, floor].join(' '))
    .sort();
}

/** What is not alike in two end states; one line each, those of the first image that differs first. */
export function differences(left: ReadonlyMap<string, ImageEnd>, right: ReadonlyMap<string, ImageEnd>): string[] {
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((image) =>
    unlike(left.get(image), right.get(image), image),
  );
}

function unlike(left: unknown, right: unknown, path: string): string[] {
  if (!isObject(left) || !isObject(right))
    return left === right ? [] : [`${path}: ${JSON.stringify(left)} against ${JSON.stringify(right)}`];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((name) =>
    unlike(left[name], right[name], `${path} ${name}`),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
