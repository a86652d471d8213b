import { ecosystemOf } from '../../ecosystems';
import { ecosystemIdOf, parsePlatform } from '../../platform/platform';
import { compareVersions } from '../../versions';
import { withoutZeroEpoch } from '../../versions/epoch';
import { OS_PACKAGE_MANAGER } from '../finding';
import { normaliseFixedVersion } from '../fixed-version';
import { problemsOf } from '../record-problem';
import { parseSeverity } from '../severity';
import { parseTimestamp } from '../timestamp';
import type { DocumentSource, ImageIdentity } from './image-identity';
import { isDigest, parseReference, repositoryOfFile } from './image-identity';
import { isDistribution, platformText } from './platform-text';
import type { ParsedDocument, ScanCollector, ScannedFact } from './scan-result';
import { addFact, emptyScan, finishScan } from './scan-result';
import type { TrivyReport, TrivyResult, TrivyVulnerability } from './trivy-schema';
import { trivyReport, trivyResult, trivyVulnerability } from './trivy-schema';

/** What Trivy scans that is no image nor the root of one. Source: pkg/fanal/types/artifact.go. */
const NO_IMAGE: ReadonlySet<string> = new Set(['repository', 'vm', 'aws_account']);

/** Statuses with which a fixed version is one that exists; reports before Trivy 0.44 have no status. */
const FIXED: ReadonlySet<string> = new Set(['fixed', '']);

/** Inspector's `packageManager` of the types of a language whose name differs by more than case and dashes. */
const MANAGERS: ReadonlyMap<string, string> = new Map([
  ['node-pkg', 'NODEPKG'],
  ['python-pkg', 'PYTHONPKG'],
]);

/** True for a report of Trivy, of any schema version. */
export function isTrivy(value: Record<string, unknown>): boolean {
  return 'SchemaVersion' in value && ('ArtifactName' in value || 'Results' in value || 'Metadata' in value);
}

/**
 * Reads a Trivy report of an image: packages of the operating system and of languages. Trivy knows neither exploits nor
 * EPSS scores. A fix counts where the status is `fixed`; `not_affected` is passed over. On Debian and Ubuntu a package and
 * its installed version are a binary's, but the fixed version is its source's (pkg/detector/ospkg/debian).
 *
 * The image: repository and digest of `RepoDigests` (that of `ArtifactName`, if it is among them), else repository of
 * `RepoTags`, else the file's name ({@link repositoryOfFile}); without a digest in a registry, the image's id; of a
 * directory, which has neither, SHA-256 of its facts. It counts as pushed when it was made.
 */
export function parseTrivy(value: Record<string, unknown>, source: DocumentSource): ParsedDocument {
  const scan = emptyScan();
  const parsed = trivyReport.safeParse(value);
  if (!parsed.success) return { records: 1, findings: [], ignored: [], problems: problemsOf(parsed.error, '') };
  const report = parsed.data;
  if (NO_IMAGE.has(report.ArtifactType ?? ''))
    return { records: 1, findings: [], ignored: ['not-a-container-image'], problems: [] };
  const { OS, ImageConfig } = report.Metadata ?? {};
  const observedAt = parseTimestamp(report.CreatedAt) ?? parseTimestamp(ImageConfig?.created);
  const platform = platformText(OS?.Family, OS?.Name);
  const common = {
    ...(ImageConfig?.architecture !== undefined &&
      ImageConfig.architecture !== '' && { architecture: ImageConfig.architecture.toLowerCase() }),
    ...(platform !== undefined && { platform }),
    ...(OS?.EOSL === true && { endOfLife: true as const }),
  };
  for (const [index, entry] of (report.Results ?? []).entries()) {
    const path = `Results[${index}]`;
    const result = trivyResult.safeParse(entry);
    if (!result.success) {
      scan.records++;
      scan.problems.push(...problemsOf(result.error, path));
      continue;
    }
    for (const [at, vulnerability] of (result.data.Vulnerabilities ?? []).entries())
      readVulnerability(vulnerability, `${path}.Vulnerabilities[${at}]`, result.data, { scan, observedAt, common });
  }
  const made = parseTimestamp(ImageConfig?.created);
  return finishScan(scan, { ...identityOf(report, source), ...(made !== undefined && { pushedAt: made }) }, undefined);
}

interface Context {
  readonly scan: ScanCollector;
  readonly observedAt: string | undefined;
  readonly common: Pick<ScannedFact, 'architecture' | 'platform' | 'endOfLife'>;
}

function readVulnerability(value: unknown, path: string, result: TrivyResult, context: Context): void {
  const { scan, observedAt, common } = context;
  scan.records++;
  const parsed = trivyVulnerability.safeParse(value);
  if (!parsed.success) {
    scan.problems.push(...problemsOf(parsed.error, path));
    return;
  }
  const vulnerability = parsed.data;
  if (vulnerability.Status === 'not_affected') {
    scan.ignored.push('not-affected');
    return;
  }
  if (observedAt === undefined) {
    scan.problems.push({ path, message: 'has no date: CreatedAt of the report is missing, or none' });
    return;
  }
  const isOs = isOsResult(result);
  const installed = withoutZeroEpoch(vulnerability.InstalledVersion);
  const floor = floorOf(vulnerability, isOs, installed, common.platform);
  const filePath = isOs ? undefined : filePathOf(vulnerability, result);
  const layer = vulnerability.Layer?.Digest ?? vulnerability.Layer?.DiffID ?? '';
  addFact(
    scan,
    {
      vulnerabilityId: vulnerability.VulnerabilityID,
      packageManager: isOs ? OS_PACKAGE_MANAGER : managerOf(result),
      package: vulnerability.PkgName,
      ...(filePath !== undefined && { filePath }),
      arn: `trivy:${vulnerability.VulnerabilityID}/${vulnerability.PkgID ?? vulnerability.PkgName}`,
      ...common,
      ...(layer !== '' && { sourceLayerHash: layer }),
      status: 'ACTIVE',
      severity: parseSeverity(vulnerability.Severity ?? ''),
      installed,
      ...(floor !== undefined && { floor }),
      exploit: false,
      observedAt,
      firstObservedAt: observedAt,
    },
    path,
  );
}

/** Reports before Trivy 0.21 have no class. */
function isOsResult({ Class, Type }: TrivyResult): boolean {
  return Class === undefined ? isDistribution(Type ?? '') : Class === 'os-pkgs';
}

function managerOf({ Type }: TrivyResult): string {
  const type = (Type ?? 'unknown').toLowerCase();
  return MANAGERS.get(type) ?? type.toUpperCase().replaceAll('-', '_');
}

/** A package's own path; of a binary or a lock file the target, which for collected packages is a language's name. */
function filePathOf({ PkgPath }: TrivyVulnerability, { Target }: TrivyResult): string | undefined {
  if (PkgPath !== undefined && PkgPath !== '') return PkgPath;
  return Target !== undefined && /[/.](?!js$)/.test(Target) ? Target : undefined;
}

/**
 * The fixed version, if there is one. Of several (`1.1.1n, 3.0.3`: one per branch) an operating system's package takes the
 * lowest above what is installed, by the package manager's order; a language's text stays as it is, for it is only shown.
 */
function floorOf(
  { FixedVersion, Status }: TrivyVulnerability,
  isOs: boolean,
  installed: string,
  platform: string | undefined,
): string | undefined {
  if (!FIXED.has(Status ?? '')) return undefined;
  if (!isOs) return normaliseFixedVersion(FixedVersion);
  const id = ecosystemIdOf(parsePlatform(platform));
  const order = (id === undefined ? undefined : ecosystemOf(id)?.versionOrder) ?? 'deb';
  const fixes = (FixedVersion ?? '')
    .split(',')
    .map((fix) => normaliseFixedVersion(fix.trim()))
    .filter((fix) => fix !== undefined)
    .sort((left, right) => compareVersions(order, left, right));
  const [only, ...others] = fixes;
  if (others.length === 0) return only;
  // Several fixes are those of several streams; a floor that is met already would say that nothing is wrong.
  return fixes.find((fix) => compareVersions(order, fix, installed) > 0);
}

function identityOf(
  { ArtifactName, Metadata }: TrivyReport,
  source: DocumentSource,
): Omit<ImageIdentity, 'digest' | 'pushedAt'> & { readonly digest?: string } {
  const references = (texts: readonly string[] | undefined) =>
    (texts ?? []).map(parseReference).filter((reference) => reference !== undefined);
  const named = parseReference(ArtifactName ?? '')?.repository;
  const pushed = references(Metadata?.RepoDigests).filter(({ digest }) => digest !== undefined);
  const tagged = references(Metadata?.RepoTags);
  const pick = <T extends { repository: string }>(all: readonly T[]): T | undefined =>
    all.find(({ repository }) => repository === named) ?? all[0];
  const { repository, digest = Metadata?.ImageID } = pick(pushed) ?? pick(tagged) ?? {};
  return {
    repository: repository ?? repositoryOfFile(source.name),
    tags: tagged.filter((one) => one.repository === repository).flatMap(({ tag }) => (tag === undefined ? [] : [tag])),
    ...(isDigest(digest) && { digest }),
  };
}
