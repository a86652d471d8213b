import type { Notice, NotedVulnerability, PromotedNotice, RolledBackNotice } from '../../../domain/notice/notice';
import { digestOf } from '../table/samples';

const patch = { image: 'debian-12', repository: 'golden/debian-12', patch: 7, patchId: 'a'.repeat(64) };

/** So many vulnerabilities. */
export function vulnerabilities(count: number, reason?: string): NotedVulnerability[] {
  return Array.from({ length: count }, (_, index) => ({
    vulnerabilityId: `CVE-2024-${String(index).padStart(5, '0')}`,
    package: 'glibc',
    severity: 'HIGH',
    ...(reason !== undefined && { reason }),
  }));
}

/** A promotion: three fixed, one residual. */
export function makePromoted(overrides: Partial<PromotedNotice> = {}): PromotedNotice {
  return {
    kind: 'promoted',
    ...patch,
    digest: digestOf('b'),
    previousDigest: digestOf('a'),
    tags: ['2024-06-01.1', 'stable'],
    fixed: vulnerabilities(3),
    residual: vulnerabilities(1, 'fix-not-in-repository'),
    evidenceUri: 's3://bucket/audit/debian-12/7/evidence.json',
    at: '2024-06-01T00:00:00.000Z',
    ...overrides,
  };
}

/** A rollback. */
export function makeRolledBack(overrides: Partial<RolledBackNotice> = {}): RolledBackNotice {
  return {
    kind: 'rolled-back',
    ...patch,
    digest: digestOf('a'),
    from: digestOf('b'),
    tags: ['2024-05-01.1', 'stable'],
    by: 'alice',
    reason: 'the proxy does not start',
    at: '2024-06-02T00:00:00.000Z',
    ...overrides,
  };
}

/** A notice of every kind. */
export function everyNotice(): Notice[] {
  return [
    makePromoted(),
    makeRolledBack(),
    { kind: 'held', ...patch, reason: 'not-scanned', detail: 'no completed scan within 24 hours' },
    {
      kind: 'stopped',
      ...patch,
      failures: 3,
      since: '2024-05-31T00:00:00.000Z',
      reason: 'script',
      detail: 'apt-get: E: Unable to fetch some archives',
    },
    {
      kind: 'refused',
      ...patch,
      refusals: 3,
      since: '2024-05-31T00:00:00.000Z',
      detail: 'golden image debian-12 has no image pipeline; deploy the stack of the images',
    },
    {
      kind: 'approval-requested',
      ...patch,
      summary: ['upgrades glibc to 2.36-9+deb12u6 or later'],
      expiresAt: '2024-06-08T00:00:00.000Z',
    },
    {
      kind: 'scan-eligibility',
      image: patch.image,
      repository: patch.repository,
      digest: digestOf('b'),
      state: 'expiring',
      detail: '2 days are left',
    },
    {
      kind: 'tag-moved',
      image: patch.image,
      repository: patch.repository,
      tag: 'stable',
      digest: digestOf('f'),
      proven: digestOf('b'),
      reference: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/golden/debian-12:2024-06-01.1',
      origin: 'unknown',
      since: '2024-06-02T00:00:00.000Z',
    },
  ];
}
