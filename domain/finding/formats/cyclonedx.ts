import { normaliseFixedVersion } from '../fixed-version';
import { describeValue, isObject, joinPath, problemsOf } from '../record-problem';
import type { Severity } from '../severity';
import { parseSeverity } from '../severity';
import { parseTimestamp } from '../timestamp';
import type { ReadComponent } from './cyclonedx-package';
import { INSPECTOR, propertiesOf, readPackage } from './cyclonedx-package';
import type { CycloneDxVulnerability } from './cyclonedx-schema';
import { cycloneDxAffected, cycloneDxDocument, cycloneDxImage, cycloneDxVulnerability } from './cyclonedx-schema';
import type { DocumentSource, ImageReference } from './image-identity';
import { isDigest, parseReference, repositoryOfFile } from './image-identity';
import { platformText } from './platform-text';
import { percentDecode } from './purl';
import type { ParsedDocument, ScanCollector } from './scan-result';
import { addFact, emptyScan, finishScan } from './scan-result';

/** States of CycloneDX's `impactAnalysisState` that say that there is nothing to patch. */
const NOT_AFFECTED: ReadonlySet<string> = new Set([
  'false_positive',
  'not_affected',
  'resolved',
  'resolved_with_pedigree',
]);

/** True for a CycloneDX document, bare or as `inspector-scan scan-sbom` answers: `{ "sbom": … }`. */
export function isCycloneDx(value: Record<string, unknown>): boolean {
  return 'bomFormat' in value || isObject(value['sbom']);
}

/**
 * Reads Amazon Inspector's scan of an SBOM (CycloneDX JSON). Every pair of a vulnerability and a component it affects is
 * one fact; what cannot be used is a problem and stops nothing else.
 *
 * The image: repository, tag and digest of `metadata.component` (a reference as its name, or sbomgen's `image_id`). Real
 * scans leave it out; then the repository is the file's name ({@link repositoryOfFile}), and the digest stands for the
 * document: SHA-256 of its serial number and version, or else of its facts.
 */
export function parseCycloneDx(value: Record<string, unknown>, source: DocumentSource): ParsedDocument {
  const scan = emptyScan();
  const at = 'bomFormat' in value ? '' : 'sbom';
  const parsed = cycloneDxDocument.safeParse(at === '' ? value : value['sbom']);
  if (!parsed.success) return { ...broken(scan), problems: problemsOf(parsed.error, at) };
  const { metadata, components, vulnerabilities, serialNumber, version } = parsed.data;
  const isScanned = metadata?.properties?.some(({ name }) => name.startsWith(INSPECTOR)) === true;
  if (vulnerabilities === undefined && !isScanned)
    scan.problems.push({ path: joinPath(at, 'vulnerabilities'), message: 'is missing: the SBOM was not scanned' });

  const byRef = indexComponents(components ?? []);
  const packages = new Map<string, ReadComponent>();
  const context: Context = {
    scan,
    observedAt: parseTimestamp(metadata?.timestamp),
    platform: byRef.platform,
    packageOf: (ref) => {
      const component = byRef.components.get(ref);
      if (component === undefined) return undefined;
      const known = packages.get(ref) ?? readPackage(component);
      packages.set(ref, known);
      return known;
    },
  };
  for (const [index, entry] of (vulnerabilities ?? []).entries())
    readVulnerability(entry, joinPath(at, `vulnerabilities[${index}]`), context);

  const image = imageOf(metadata?.component);
  return finishScan(
    scan,
    {
      repository: image?.repository ?? repositoryOfFile(source.name),
      tags: image?.tag === undefined ? [] : [image.tag],
      ...(image?.digest !== undefined && { digest: image.digest }),
    },
    serialNumber === undefined ? undefined : `${serialNumber}/${version ?? 1}`,
  );
}

interface Context {
  readonly scan: ScanCollector;
  readonly observedAt: string | undefined;
  readonly platform: string | undefined;
  readonly packageOf: (ref: string) => ReadComponent | undefined;
}

function readVulnerability(entry: unknown, path: string, { scan, observedAt, platform, packageOf }: Context): void {
  scan.records++;
  const parsed = cycloneDxVulnerability.safeParse(entry);
  if (!parsed.success) {
    scan.problems.push(...problemsOf(parsed.error, path));
    return;
  }
  const vulnerability = parsed.data;
  if (NOT_AFFECTED.has(vulnerability.analysis?.state ?? '')) {
    scan.ignored.push('not-affected');
    return;
  }
  const seen = observedAt ?? parseTimestamp(vulnerability.updated) ?? parseTimestamp(vulnerability.created);
  if (seen === undefined) {
    scan.problems.push({ path, message: 'has no date, and metadata.timestamp is none either' });
    return;
  }
  const epss = epssOf(vulnerability);
  if (epss !== undefined && (epss < 0 || epss > 1)) {
    scan.problems.push({ path: `${path}.ratings`, message: `has the EPSS score ${epss}, not one from 0 to 1` });
    return;
  }
  const properties = propertiesOf(vulnerability.properties);
  const severity = severityOf(vulnerability);
  const exploit =
    properties.get(`${INSPECTOR}exploit_available`)?.toLowerCase() === 'true' ||
    properties.has(`${INSPECTOR}cisa_kev_date_added`);
  for (const [index, value] of vulnerability.affects.entries()) {
    const where = `${path}.affects[${index}]`;
    const affected = cycloneDxAffected.safeParse(value);
    if (!affected.success) {
      scan.problems.push(...problemsOf(affected.error, where));
      continue;
    }
    const ref = localRef(affected.data.ref, packageOf);
    const pkg = packageOf(ref);
    if (pkg === undefined || 'message' in pkg) {
      const why = pkg === undefined ? 'which is not in the document' : pkg.message;
      scan.problems.push({ path: where, message: `names the component ${describeValue(ref)}, ${why}` });
      continue;
    }
    const { name, ...rest } = pkg;
    const fixed = properties.get(`${INSPECTOR}fixed_version:${ref}`);
    const floor = normaliseFixedVersion(fixed === undefined ? undefined : percentDecode(fixed));
    addFact(
      scan,
      {
        vulnerabilityId: vulnerability.id,
        package: name,
        ...rest,
        arn: `cyclonedx:${vulnerability['bom-ref'] ?? vulnerability.id}`,
        ...(platform !== undefined && { platform }),
        status: 'ACTIVE',
        severity,
        ...(floor !== undefined && { floor }),
        exploit,
        ...(epss !== undefined && { epss }),
        observedAt: seen,
        firstObservedAt: seen,
      },
      where,
    );
  }
}

/** The severity of the first CVSS rating; vendors' own words and the EPSS rating (`none`) are no CVSS ratings. */
function severityOf({ ratings }: CycloneDxVulnerability): Severity {
  const word = ratings?.find(({ method }) => method?.toUpperCase().startsWith('CVSS'))?.severity ?? '';
  return word.toLowerCase() === 'info' ? 'INFORMATIONAL' : parseSeverity(word);
}

function epssOf({ ratings }: CycloneDxVulnerability): number | undefined {
  return ratings?.find(({ source }) => source?.name?.toUpperCase() === 'EPSS')?.score;
}

/** A BOM-Link, `urn:cdx:<serial>/<version>#<bom-ref>`, names a component by what follows the `#`. */
function localRef(ref: string, packageOf: Context['packageOf']): string {
  return packageOf(ref) === undefined && ref.startsWith('urn:cdx:')
    ? percentDecode(ref.slice(ref.indexOf('#') + 1))
    : ref;
}

/** Components by `bom-ref`, nested ones too, and the platform that the operating system component names. */
function indexComponents(roots: readonly unknown[]): { components: Map<string, unknown>; platform?: string } {
  const components = new Map<string, unknown>();
  let platform: string | undefined;
  const queue = [roots];
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    for (const value of next) {
      if (!isObject(value)) continue;
      const { type, name, version } = value;
      if (platform === undefined && type === 'operating-system' && typeof name === 'string')
        platform = platformText(name, typeof version === 'string' ? version : undefined);
      const ref = value['bom-ref'];
      if (typeof ref === 'string' && !components.has(ref)) components.set(ref, value);
      if (Array.isArray(value['components'])) queue.push(value['components']);
    }
  return { components, ...(platform !== undefined && { platform: platform.slice(0, 128) }) };
}

function imageOf(value: unknown): ImageReference | undefined {
  const parsed = cycloneDxImage.safeParse(value);
  const reference = parsed.success ? parseReference(parsed.data.name ?? '') : undefined;
  if (!parsed.success || reference === undefined) return undefined;
  const id = propertiesOf(parsed.data.properties).get('amazon:inspector:sbom_generator:image_id');
  const digest = [reference.digest, parsed.data.version, id].find((candidate) => isDigest(candidate));
  return { ...reference, ...(digest !== undefined && { digest }) };
}

/** A document that cannot be read at all counts as one record. */
function broken(scan: ScanCollector): ParsedDocument {
  return { records: 1, findings: [], ignored: scan.ignored, problems: scan.problems };
}
