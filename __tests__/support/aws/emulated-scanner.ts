import { DescribeImagesCommand, type ECRClient, type ImageDetail } from '@aws-sdk/client-ecr';
import { imageArn, type InspectorServer } from './inspector-server';
import type { WireObject } from './inspector-wire';
import type { BusEvent } from './event-bus';
import { type InspectorEvent, subjectOf } from './chain-events';
import { findingOn, type Raised, type ScannedFinding, vulnerablePackages } from './scanned-finding';

/** What the scanner needs. */
export interface EmulatedScannerOptions {
  readonly server: InspectorServer;
  readonly ecr: ECRClient;
  /** Gets its events. */
  readonly emit: (event: BusEvent) => void;
  readonly clock: () => Date;
}

/** An image, as the scanner knows it. */
interface ScannedImage {
  readonly repository: string;
  readonly digest: string;
  tags: readonly string[];
  /** ISO 8601. */
  readonly pushedAt: string;
  /** Reason in the words of ListCoverage; `SUCCESSFUL` where it is scanned. */
  reason: string;
  lastScannedAt?: string;
  /** Every finding that it ever made of the image, as it last said it, by {@link keyOf}. */
  readonly findings: Map<string, ScannedFinding>;
}

const PENDING = 'PENDING_INITIAL_SCAN';
const SCANNED = 'SUCCESSFUL';

/**
 * Amazon Inspector over the emulator's ECR: an image is scanned once after its push, when a test completes that; whenever
 * the scanner learns of a vulnerability it looks again at all that it still looks at; every change of a finding is an event,
 * and what it lists (inspector-server.ts) is always the truth. What an image has follows from the vulnerabilities that are
 * known of its repository and from the versions that its build has raised.
 */
export class EmulatedScanner {
  /** Versions that are newer in an image than where its repository's vulnerabilities were found, by digest. */
  readonly raised = new Map<string, Raised>();
  private readonly options: EmulatedScannerOptions;
  private readonly images = new Map<string, ScannedImage>();
  /** What is known of each repository: samples of findings, by {@link keyOf}. */
  private readonly known = new Map<string, Map<string, InspectorEvent['detail']>>();

  constructor(options: EmulatedScannerOptions) {
    this.options = options;
  }

  /** Has it know what recorded events say, and have scanned the images that they are about. Sends nothing: a test does. */
  async seed(events: readonly InspectorEvent[]): Promise<void> {
    for (const event of events)
      this.vulnerabilitiesOf(subjectOf(event).repository).set(keyOf(event.detail), event.detail);
    const subjects = new Map(events.map((event) => [subjectOf(event).digest, subjectOf(event)]));
    await this.look([...new Set(events.map((event) => subjectOf(event).repository))]);
    for (const { digest } of subjects.values()) {
      const image = this.of(digest);
      scanned(image, this.options.clock());
      for (const { detail } of events.filter((event) => subjectOf(event).digest === digest))
        image.findings.set(keyOf(detail), detail);
      this.publish(image);
    }
  }

  /** Finds out which images are in repositories: new ones wait for their first scan, those that are gone are forgotten. */
  async look(repositories: readonly string[] = [...this.known.keys()]): Promise<void> {
    for (const repository of repositories) {
      const there = new Map<string, ImageDetail>();
      const { imageDetails = [] } = await this.options.ecr.send(
        new DescribeImagesCommand({ repositoryName: repository, maxResults: 1000 }),
      );
      for (const detail of imageDetails) there.set(detail.imageDigest ?? '', detail);
      for (const [digest, { imageTags: tags = [], imagePushedAt }] of there) {
        const known = this.images.get(digest);
        const pushedAt = (imagePushedAt ?? this.options.clock()).toISOString();
        const image = known ?? { repository, digest, tags, pushedAt, reason: PENDING, findings: new Map() };
        image.tags = tags;
        this.images.set(digest, image);
        this.publish(image);
      }
      for (const image of [...this.images.values()].filter((one) => one.repository === repository))
        if (!there.has(image.digest)) this.forget(image);
    }
  }

  /** Digests that wait for their first scan, in the order in which they were seen. */
  waiting(): string[] {
    return [...this.images.values()].filter(({ reason }) => reason === PENDING).map(({ digest }) => digest);
  }

  /** Completes the first scan of an image: sends its findings, and that the scan is complete. */
  complete(digest: string): void {
    const image = this.of(digest);
    scanned(image, this.options.clock());
    this.refresh(image);
    this.options.emit(this.scanEvent(image));
  }

  /** Refuses to scan an image. @param reason in the words of ListCoverage, e.g. `UNSUPPORTED_OS` */
  refuse(digest: string, reason: string): void {
    const image = this.of(digest);
    image.reason = reason;
    this.publish(image);
  }

  /** Looks at an image no more: all its findings are closed (Inspector user guide, findings-understanding). */
  expire(digest: string): void {
    const image = this.of(digest);
    image.reason = 'SCAN_ELIGIBILITY_EXPIRED';
    this.refresh(image);
  }

  /** Learns of a vulnerability in the images of a repository, or something new about it: by the event of one of them. */
  learn(event: InspectorEvent): void {
    const { repository } = subjectOf(event);
    this.vulnerabilitiesOf(repository).set(keyOf(event.detail), event.detail);
    for (const image of this.images.values())
      if (image.repository === repository && image.reason === SCANNED) {
        scanned(image, this.options.clock());
        this.refresh(image);
      }
  }

  /** Scans an image again, and says all its findings again, though nothing has changed. */
  repeat(digest: string): void {
    const image = this.of(digest);
    scanned(image, this.options.clock());
    const now = image.lastScannedAt;
    for (const [key, finding] of image.findings)
      this.say(image, key, { ...finding, lastObservedAt: now, updatedAt: now });
    this.publish(image);
  }

  /** What it lists of an image as ACTIVE now: `<vulnerability> <package>`, sorted. */
  active(digest: string): string[] {
    return [...this.of(digest).findings.values()]
      .filter(({ status }) => status === 'ACTIVE')
      .flatMap((finding) => vulnerablePackages(finding).map(({ name }) => `${idOf(finding)} ${String(name)}`))
      .sort();
  }

  private vulnerabilitiesOf(repository: string): Map<string, InspectorEvent['detail']> {
    const known = this.known.get(repository) ?? new Map<string, InspectorEvent['detail']>();
    this.known.set(repository, known);
    return known;
  }

  private of(digest: string): ScannedImage {
    const image = this.images.get(digest);
    if (image === undefined) throw new Error(`the scanner has not seen ${digest}: look first`);
    return image;
  }

  /** Brings the findings of an image up to date, and sends what has changed. */
  private refresh(image: ScannedImage): void {
    const now = this.options.clock().toISOString();
    for (const [key, sample] of this.vulnerabilitiesOf(image.repository)) {
      const known = image.findings.get(key);
      const raised = this.raised.get(image.digest) ?? new Map<string, string>();
      const finding = findingOn(sample, { ...image, raised, isScanned: image.reason === SCANNED, known, now });
      if (finding === undefined) continue;
      this.say(image, key, finding);
    }
    this.publish(image);
  }

  private say({ repository, digest, findings }: ScannedImage, key: string, finding: ScannedFinding): void {
    findings.set(key, finding);
    this.options.emit({
      ...{ source: 'aws.inspector2', 'detail-type': 'Inspector2 Finding', detail: finding },
      time: this.options.clock().toISOString(),
      resources: [imageArn(repository, digest)],
    });
  }

  private publish({ repository, digest, tags, reason, lastScannedAt, findings }: ScannedImage): void {
    const { server } = this.options;
    server.setCoverage(repository, digest, {
      ...{ statusCode: reason === SCANNED ? 'ACTIVE' : 'INACTIVE', reason, tags },
      ...(lastScannedAt !== undefined && { lastScannedAt }),
    });
    server.setFindings(repository, digest, [...findings.values()]);
  }

  private forget({ repository, digest }: ScannedImage): void {
    this.images.delete(digest);
    this.options.server.forget(repository, digest);
  }

  /** Inspector, "Amazon EventBridge event schema for Amazon Inspector events": the repository's name is its ARN. */
  private scanEvent({ repository, digest, tags, findings }: ScannedImage): BusEvent {
    const active = [...findings.values()].filter(({ status }) => status === 'ACTIVE');
    return {
      ...{ source: 'aws.inspector2', 'detail-type': 'Inspector2 Scan', time: this.options.clock().toISOString() },
      resources: [digest],
      detail: {
        ...{ 'scan-status': 'INITIAL_SCAN_COMPLETE', 'image-digest': digest, 'image-tags': tags, version: '1.0' },
        'repository-name': imageArn(repository, digest).slice(0, -`/${digest}`.length),
        'finding-severity-counts': { TOTAL: active.length },
      },
    };
  }
}

function scanned(image: ScannedImage, now: Date): void {
  image.reason = SCANNED;
  image.lastScannedAt = now.toISOString();
}

/** A vulnerability and the packages that have it: recorded findings share ARNs with none, sketched ones with all. */
function keyOf(finding: WireObject): string {
  return [
    idOf(finding),
    ...vulnerablePackages(finding).map(({ name, filePath }) => `${String(name)} ${String(filePath)}`),
  ].join(' ');
}

function idOf(finding: WireObject): string {
  return String((finding['packageVulnerabilityDetails'] as WireObject)['vulnerabilityId']);
}
