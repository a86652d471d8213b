import { createHash } from 'node:crypto';

/** A vulnerable package as Inspector would name it: Debian by source package, rpm families by binary package. */
export interface VulnerablePackage {
  readonly name: string;
  /** Installed version, `[epoch:]version[-release]`. */
  readonly installed: string;
  /** Lowest version that fixes it, `[epoch:]version[-release]`; absent: no fix is known. */
  readonly fixed?: string;
  /** What is wrong with it: ids such as `CVE-2024-1234`. One finding for each id. */
  readonly vulnerabilities: readonly string[];
  /** Architecture as the package manager says it; default `amd64` on Debian, else `x86_64`. */
  readonly arch?: string;
}

/** The image that the findings are about, and when and where they are seen. */
export interface ImageFacts {
  /** Repository in the registry, without the registry, e.g. `golden/debian-12`. */
  readonly repository: string;
  /** Digest of the image's manifest, `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly imageTags: readonly string[];
  /** Inspector's platform word, e.g. `DEBIAN_12`, `AMAZON_LINUX_2023`. */
  readonly platform: string;
  readonly region: string;
  /** Account number, 12 digits. */
  readonly account: string;
  readonly now: Date;
  /** Severity of every finding; default `HIGH`. */
  readonly severity?: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFORMATIONAL' | 'UNTRIAGED';
}

/** One element of `packageVulnerabilityDetails.vulnerablePackages` in an OS finding. */
export interface VulnerablePackageDetail {
  readonly name: string;
  readonly version: string;
  readonly epoch: number;
  readonly packageManager: 'OS';
  readonly fixedInVersion: string;
  readonly release?: string;
  readonly arch: string;
  readonly remediation: string;
}

/** An `Inspector2 Finding` event as EventBridge delivers it, in the shape of recorded ones. */
export interface InspectorFindingEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Inspector2 Finding';
  readonly source: 'aws.inspector2';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly findingArn: string;
    readonly severity: string;
    readonly fixAvailable: 'YES' | 'NO';
    readonly title: string;
    readonly resources: readonly {
      readonly type: 'AWS_ECR_CONTAINER_IMAGE';
      readonly id: string;
      readonly partition: 'aws';
      readonly region: string;
      readonly details: {
        readonly awsEcrContainerImage: {
          readonly repositoryName: string;
          readonly imageHash: string;
          readonly imageTags: readonly string[];
          readonly architecture: string;
          readonly pushedAt: string;
          readonly registry: string;
          readonly platform: string;
        };
      };
    }[];
    readonly packageVulnerabilityDetails: {
      readonly vulnerabilityId: string;
      readonly source: string;
      readonly sourceUrl: string;
      readonly relatedVulnerabilities: readonly string[];
      readonly vulnerablePackages: readonly VulnerablePackageDetail[];
    };
  } & Readonly<Record<string, unknown>>;
}

/**
 * Makes the events that Inspector would send about an image: one finding for each vulnerability, with every package
 * that it touches, as scans do. Same input, same events (ids are hashes).
 */
export function makeInspectorEvents(
  packages: readonly VulnerablePackage[],
  image: ImageFacts,
): InspectorFindingEvent[] {
  const byVulnerability = new Map<string, VulnerablePackage[]>();
  for (const entry of packages) {
    for (const id of entry.vulnerabilities) byVulnerability.set(id, [...(byVulnerability.get(id) ?? []), entry]);
  }
  return [...byVulnerability].map(([id, touched]) => makeEvent(id, touched, image));
}

/** One event a line, with a line end after the last: what `--findings` files and fixtures hold. */
export function toJsonLines(events: readonly InspectorFindingEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

function makeEvent(id: string, touched: readonly VulnerablePackage[], image: ImageFacts): InspectorFindingEvent {
  const hash = hash32(`${image.account}/${image.repository}/${image.digest}/${id}`);
  const arn = `arn:aws:ecr:${image.region}:${image.account}:repository/${image.repository}/${image.digest}`;
  const seen = inspectorTime(image.now);
  const isDebian = image.platform.startsWith('DEBIAN') || image.platform.startsWith('UBUNTU');
  return {
    version: '0',
    id: hash32(`event/${hash}/${image.now.toISOString()}`),
    'detail-type': 'Inspector2 Finding',
    source: 'aws.inspector2',
    account: image.account,
    time: `${image.now.toISOString().slice(0, 19)}Z`,
    region: image.region,
    resources: [arn],
    detail: {
      awsAccountId: image.account,
      description: `${id} in ${touched.map(({ name }) => name).join(', ')}`,
      epss: { score: 0.00046 },
      exploitAvailable: 'NO',
      findingArn: `arn:aws:inspector2:${image.region}:${image.account}:finding/${hash}`,
      firstObservedAt: seen,
      lastObservedAt: seen,
      updatedAt: seen,
      fixAvailable: touched.some(({ fixed }) => fixed !== undefined) ? 'YES' : 'NO',
      inspectorScore: 7.5,
      packageVulnerabilityDetails: {
        vulnerabilityId: id,
        ...originOf(id, touched, isDebian),
        relatedVulnerabilities: [],
        vulnerablePackages: touched.map((entry) => detailOf(entry, isDebian)),
      },
      remediation: { recommendation: { text: 'None Provided' } },
      resources: [
        {
          type: 'AWS_ECR_CONTAINER_IMAGE',
          id: arn,
          partition: 'aws',
          region: image.region,
          details: {
            awsEcrContainerImage: {
              architecture: 'amd64',
              imageHash: image.digest,
              imageTags: image.imageTags,
              platform: image.platform,
              pushedAt: seen,
              registry: image.account,
              repositoryName: image.repository,
            },
          },
        },
      ],
      severity: image.severity ?? 'HIGH',
      status: 'ACTIVE',
      title: `${id} - ${titleOf(touched)}`,
      type: 'PACKAGE_VULNERABILITY',
    },
  };
}

function originOf(
  id: string,
  touched: readonly VulnerablePackage[],
  isDebian: boolean,
): { readonly source: string; readonly sourceUrl: string } {
  if (id.startsWith('CVE-')) return { source: 'NVD', sourceUrl: `https://nvd.nist.gov/vuln/detail/${id}` };
  if (!isDebian) return { source: 'AMAZON_CVE', sourceUrl: `https://alas.aws.amazon.com/${id}.html` };
  const name = encodeURIComponent(touched[0]?.name ?? id);
  return { source: 'DEBIAN_CVE', sourceUrl: `https://security-tracker.debian.org/tracker/source-package/${name}` };
}

function detailOf(entry: VulnerablePackage, isDebian: boolean): VulnerablePackageDetail {
  const { epoch, version, release } = splitVersion(entry.installed);
  const advice = isDebian ? 'apt-get update && apt-get upgrade' : `dnf update ${entry.name}`;
  return {
    name: entry.name,
    version,
    epoch,
    packageManager: 'OS',
    fixedInVersion: entry.fixed === undefined ? 'NotAvailable' : withEpoch(entry.fixed),
    ...(release === undefined ? {} : { release }),
    arch: (entry.arch ?? (isDebian ? 'amd64' : 'x86_64')).toUpperCase(),
    remediation: entry.fixed === undefined ? 'NotAvailable' : advice,
  };
}

/** Splits `[epoch:]version[-release]` the way Inspector does: an absent epoch is 0, the last hyphen begins the release. */
function splitVersion(full: string): { epoch: number; version: string; release?: string } {
  const [, epoch, version, release] = /^(?:(\d+):)?(.*?)(?:-([^-]*))?$/s.exec(full) ?? [];
  return { epoch: Number(epoch ?? 0), version: version ?? full, ...(release === undefined ? {} : { release }) };
}

function withEpoch(full: string): string {
  return /^\d+:/.test(full) ? full : `0:${full}`;
}

function titleOf(touched: readonly VulnerablePackage[]): string {
  const names = touched.map(({ name }) => name);
  const more = names.length > 2 ? ` and ${names.length - 2} more` : '';
  return names.slice(0, 2).join(', ') + more;
}

/** Inspector's way to write a time in events: `Wed May 22 15:40:54.491 UTC 2024`. */
function inspectorTime(time: Date): string {
  const [day, date, month, year] = time.toUTCString().split(/,? /);
  return `${day ?? ''} ${month ?? ''} ${date ?? ''} ${time.toISOString().slice(11, 23)} UTC ${year ?? ''}`;
}

function hash32(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
