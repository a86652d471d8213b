import type { FindingItem, Observation } from '../table/finding-item';
import { supersedes } from '../table/fold-observation';

/** The part of a finding's item that says where it was seen. */
export type SeenPart = Pick<FindingItem, 'observations' | 'seenIn'>;

/**
 * What is known of a finding on a digest of its golden image: the scanner's word on that digest; where there is none, or
 * only that the finding is CLOSED, which proves nothing, what it says of the applications that are built on the digest.
 * A golden image that nobody runs drops out of scanning after 14 days and all its findings close (Inspector user guide,
 * scanning_resources_configure_duration_setting_ecr); its
 * applications are still scanned.
 */
export function observationOn(finding: SeenPart, digest: string): Observation | undefined {
  const own = finding.observations[digest];
  const isDecisive = own !== undefined && (own.status !== 'CLOSED' || own.proof !== undefined);
  return isDecisive ? own : (inheritedOn(finding.seenIn, digest) ?? own);
}

/** The newest of what is known of a finding on several digests. */
export function newestOn(finding: SeenPart, digests: ReadonlySet<string>): Observation | undefined {
  return [...digests]
    .map((digest) => observationOn(finding, digest))
    .filter((observation) => observation !== undefined)
    .reduce<Observation | undefined>((newest, next) => (supersedes(next, newest) ? next : newest), undefined);
}

/** The newest word of the applications that are built on a digest, and still have the finding. */
function inheritedOn(seenIn: FindingItem['seenIn'], digest: string): Observation | undefined {
  return Object.values(seenIn ?? {})
    .filter(({ base, observation }) => base === digest && observation.status === 'ACTIVE')
    .map(({ observation }) => observation)
    .reduce<Observation | undefined>((newest, next) => (supersedes(next, newest) ? next : newest), undefined);
}
