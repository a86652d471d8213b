import { createHash } from 'node:crypto';
import type { Finding } from '../../../domain/finding/finding';
import type { Severity } from '../../../domain/finding/severity';
import type { FindingSource } from '../../../domain/ports';
import type { ScanCoverage, ScanStatus } from '../../../domain/scan/image-scan';
import { compareVersions } from '../../../domain/versions';
import type { Cloud, CloudImage } from './cloud';

/** A vulnerability that the world knows of. */
export interface Vulnerability {
  readonly id: string;
  readonly package: string;
  readonly severity: Severity;
  /** Lowest version with the fix; absent where there is none yet. */
  readonly floor?: string;
}

/** What the scanner has of one image. */
interface Scanned {
  status: ScanStatus;
  /** Every finding that it ever made of the image, as it last said it, by vulnerability. */
  readonly findings: Map<string, Finding>;
}

/**
 * A scanner of a registry as Inspector is one: it scans an image once after the push, looks again whenever its database
 * changes, gives each change out as an event, and closes all findings of an image that it does not look at any more.
 */
export class Scanner implements FindingSource {
  readonly vulnerabilities = new Map<string, Vulnerability>();
  /** Events that nobody has taken yet, oldest first. */
  readonly events: Finding[] = [];
  /** Whether a finding is in its lists by now: they may lag behind its events. */
  isListed: (finding: Finding) => boolean = () => true;
  private readonly images = new Map<string, Scanned>();
  private readonly cloud: Cloud;
  private readonly now: () => Date;

  constructor(cloud: Cloud, now: () => Date) {
    this.cloud = cloud;
    this.now = now;
  }

  /** Completes the first scan of an image, or another one. */
  scan(digest: string): void {
    const scanned = this.of(digest);
    scanned.status = { state: 'scanned', at: this.now().toISOString() };
    this.refresh(digest);
  }

  /** How it stands to an image. */
  statusOf(digest: string): ScanStatus {
    return this.of(digest).status;
  }

  /** Digests that were pushed and never scanned. */
  waiting(): string[] {
    return [...this.cloud.images.keys()].filter((digest) => this.of(digest).status.state === 'pending');
  }

  /** Learns of a vulnerability, or something new about it, and looks at every image that it still looks at. */
  learn(vulnerability: Vulnerability): void {
    this.vulnerabilities.set(vulnerability.id, vulnerability);
    for (const [digest, { status }] of this.images) if (status.state === 'scanned') this.refresh(digest);
  }

  /** Stops looking at an image: everything is closed. */
  expire(digest: string): void {
    this.of(digest).status = { state: 'expired', detail: 'SCAN_ELIGIBILITY_EXPIRED' };
    this.refresh(digest);
  }

  /** Takes note that an image was deleted. */
  deleted(digest: string): void {
    this.of(digest).status = { state: 'unknown' };
    this.refresh(digest);
  }

  /** Ids of the vulnerabilities that an image truly has. */
  truth(digest: string): string[] {
    const image = this.cloud.images.get(digest);
    return image === undefined
      ? []
      : [...this.vulnerabilities.values()].filter((one) => has(image, one)).map(({ id }) => id);
  }

  scanOf(_repository: string, digest: string): Promise<ScanStatus> {
    return Promise.resolve(this.cloud.images.has(digest) ? this.of(digest).status : { state: 'unknown' });
  }

  coverageOf(repository: string): Promise<readonly ScanCoverage[]> {
    return Promise.resolve(
      [...this.cloud.images.values()]
        .filter((image) => image.repository === repository)
        .map(({ digest, pushedAt }) => ({
          ...{ digest, pushedAt, tags: this.cloud.tagsOf(digest) },
          status: this.of(digest).status,
        })),
    );
  }

  async *findingsOf(repository: string, digest?: string): AsyncGenerator<{ findings: Finding[]; problems: [] }> {
    const all = [...this.images]
      .filter(([at]) => digest === undefined || at === digest)
      .flatMap(([, { findings }]) => [...findings.values()])
      .filter((finding) => finding.repository === repository && this.isListed(finding));
    for (let start = 0; start < all.length; start += 2)
      yield await Promise.resolve({ findings: all.slice(start, start + 2), problems: [] });
  }

  private of(digest: string): Scanned {
    const known = this.images.get(digest) ?? {
      status: { state: 'pending', detail: 'PENDING_INITIAL_SCAN' },
      findings: new Map(),
    };
    this.images.set(digest, known);
    return known;
  }

  /** Brings the findings of an image up to date, and gives out what has changed. */
  private refresh(digest: string): void {
    const { status, findings } = this.of(digest);
    const image = this.cloud.images.get(digest);
    for (const vulnerability of this.vulnerabilities.values()) {
      const known = findings.get(vulnerability.id);
      const isThere = image !== undefined && status.state === 'scanned' && has(image, vulnerability);
      if (known === undefined && !isThere) continue;
      const about = known ?? this.make(image!, vulnerability);
      const { floor: _floor, ...facts } = about;
      const next: Finding = {
        ...facts,
        tags: this.cloud.tagsOf(digest),
        severity: vulnerability.severity,
        ...(vulnerability.floor !== undefined && { floor: vulnerability.floor }),
        status: isThere ? 'ACTIVE' : 'CLOSED',
        observedAt: this.now().toISOString(),
      };
      const said = (one: Finding | undefined): unknown[] => [one?.status, one?.severity, one?.floor];
      if (JSON.stringify(said(known)) === JSON.stringify(said(next))) continue;
      findings.set(vulnerability.id, next);
      this.events.push(next);
    }
  }

  private make(
    { digest, repository, packages, pushedAt }: CloudImage,
    { id, package: name, severity }: Vulnerability,
  ): Finding {
    const arn = createHash('sha256').update(`${digest} ${id}`).digest('hex').slice(0, 32);
    return {
      ...{ vulnerabilityId: id, packageManager: 'OS', package: name, repository, digest, severity, pushedAt },
      arn: `arn:aws:inspector2:us-east-1:123456789012:finding/${arn}`,
      tags: this.cloud.tagsOf(digest),
      ...{
        architecture: 'amd64',
        platform: 'DEBIAN_12',
        status: 'ACTIVE',
        installed: packages[name] ?? '',
        exploit: false,
      },
      observedAt: this.now().toISOString(),
      firstObservedAt: this.now().toISOString(),
    };
  }
}

function has({ packages }: CloudImage, { package: name, floor }: Vulnerability): boolean {
  const installed = packages[name];
  return installed !== undefined && (floor === undefined || compareVersions('deb', installed, floor) < 0);
}
