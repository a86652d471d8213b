import type { GoldenImage } from '../../../domain/config/golden-image';
import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import type { Finding } from '../../../domain/finding/finding';
import type { Target } from '../../../domain/plan/target';
import { DEFAULT_POLICY } from '../../../domain/policy/policy';
import type { Policy } from '../../../domain/policy/policy';
import type { Logger } from '../../../domain/ports';
import type { FindingItem, Observation } from '../../../domain/table/finding-item';
import { toObservation } from '../../../domain/table/fold-observation';
import { patchKey } from '../../../domain/table/keys';
import type { PatchItem } from '../../../domain/table/patch-item';

/** A point in time at which every platform of the samples is supported. */
export const NOW = new Date('2024-06-01T00:00:00.000Z');

/** A digest made of one character, e.g. `digestOf('a')`. */
export function digestOf(character: string): string {
  return `sha256:${character.repeat(64)}`;
}

/** A logger that says nothing. */
export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A golden image with the built-in policy but for `policy`. */
export function makeImage(overrides: Partial<GoldenImage> = {}, policy: Partial<Policy> = {}): GoldenImage {
  return {
    name: 'debian-12',
    repository: 'golden/debian-12',
    architecture: 'amd64',
    floatingTag: 'stable',
    policy: { ...DEFAULT_POLICY, ...policy },
    contract: { maximumGrowthPercent: 150 },
    ...overrides,
  };
}

/** A HIGH finding with a fix on Debian 12. */
export function makeFinding(overrides: Partial<Finding> = {}): Finding {
  return {
    vulnerabilityId: 'CVE-2024-0001',
    packageManager: 'OS',
    package: 'glibc',
    arn: 'arn:aws:inspector2:us-east-1:123456789012:finding/00000000000000000000000000000001',
    repository: 'golden/debian-12',
    digest: digestOf('a'),
    tags: ['stable'],
    pushedAt: '2024-05-01T00:00:00.000Z',
    architecture: 'amd64',
    platform: 'DEBIAN_12',
    status: 'ACTIVE',
    severity: 'HIGH',
    installed: '2.36-9+deb12u4',
    floor: '2.36-9+deb12u6',
    exploit: false,
    epss: 0.01,
    observedAt: '2024-05-22T15:40:54.491Z',
    firstObservedAt: '2024-05-20T00:00:00.000Z',
    ...overrides,
  };
}

/** A finding without some of its optional facts. */
export function without<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !(keys as readonly string[]).includes(key)),
  ) as Omit<T, K>;
}

/** The observation of {@link makeFinding}. */
export function makeObservation(overrides: Partial<Finding> = {}): Observation {
  return toObservation(makeFinding(overrides));
}

/** An OPEN finding's item. */
export function makeItem(overrides: Partial<FindingItem> = {}): FindingItem {
  const observation = makeObservation();
  return {
    pk: 'IMAGE#debian-12',
    sk: 'FINDING#CVE-2024-0001#OS#glibc',
    version: 1,
    type: 'FINDING',
    image: 'debian-12',
    vulnerabilityId: 'CVE-2024-0001',
    packageManager: 'OS',
    package: 'glibc',
    observations: { [digestOf('a')]: observation },
    state: 'OPEN',
    judgedOn: digestOf('a'),
    semanticHash: observation.semanticHash,
    firstObservedAt: '2024-05-20T00:00:00.000Z',
    ...overrides,
  };
}

/** A target on glibc. */
export function makeTarget(overrides: Partial<Target> = {}): Target {
  return {
    ecosystem: 'apt',
    package: 'glibc',
    floor: '2.36-9+deb12u6',
    action: 'upgrade',
    vulnerabilities: ['CVE-2024-0001'],
    ...overrides,
  };
}

/** A READY patch; its sort key follows its sequence. */
export function makePatch(overrides: Partial<PatchItem> = {}): PatchItem {
  return {
    ...patchKey('debian-12', overrides.sequence ?? 1),
    version: 1,
    type: 'PATCH',
    image: 'debian-12',
    sequence: 1,
    state: 'READY',
    stateSince: '2024-06-01T00:00:00.000Z',
    planHash: 'a'.repeat(64),
    patchId: 'b'.repeat(64),
    scriptUri: `scripts/debian-12/${'b'.repeat(64)}.sh`,
    ecosystem: 'apt',
    targets: [makeTarget()],
    author: 'rules',
    modelCalls: 0,
    attempt: 1,
    ...overrides,
  };
}

/** An installed Debian binary; its source is itself unless told. */
export function makePackage(
  name: string,
  version: string,
  overrides: Partial<InstalledPackage> = {},
): InstalledPackage {
  return { name, version, arch: 'amd64', source: name, sourceVersion: version, held: false, ...overrides };
}
