import { withoutZeroEpoch } from '../../versions/epoch';
import { OS_PACKAGE_MANAGER } from '../finding';
import type { CycloneDxComponent, CycloneDxProperties } from './cyclonedx-schema';
import { cycloneDxComponent, packageName } from './cyclonedx-schema';
import type { PackageUrl } from './purl';
import { parsePurl, percentDecode } from './purl';

/** Namespace of the properties that Inspector adds (Inspector user guide, "CycloneDX namespaces"). */
export const INSPECTOR = 'amazon:inspector:sbom_scanner:';

/** Package URL types whose packages the operating system's package manager owns. */
const OS_TYPES: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk']);

/** Inspector's `packageManager` of the package URL types whose name differs. */
const MANAGERS: ReadonlyMap<string, string> = new Map([
  ['gem', 'GEMSPEC'],
  ['golang', 'GOBINARY'],
  ['maven', 'JAR'],
  ['npm', 'NODEPKG'],
  ['pypi', 'PYTHONPKG'],
]);

/** A component as a finding names it. */
export interface ScannedPackage {
  readonly packageManager: string;
  readonly name: string;
  /** `[epoch:]version[-release]`; empty where the scan does not know it. */
  readonly installed: string;
  /** For language packages. */
  readonly filePath?: string;
}

/** A component, or why it cannot be used. */
export type ReadComponent = ScannedPackage | { readonly message: string };

/**
 * Reads a component as a package. Inspector percent-encodes versions also outside the package URL, and says the epoch
 * only in the package URL's `epoch` qualifier.
 */
export function readPackage(value: unknown): ReadComponent {
  const parsed = cycloneDxComponent.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { message: `whose ${issue?.path.join('.') ?? 'value'} ${issue?.message ?? 'cannot be read'}` };
  }
  const component = parsed.data;
  const purl = component.purl === undefined ? undefined : parsePurl(component.purl);
  const isOs = purl !== undefined && OS_TYPES.has(purl.type);
  const name = nameOf(component, purl, isOs);
  const checked = packageName.safeParse(name);
  if (!checked.success) return { message: `whose name ${checked.error.issues[0]?.message ?? 'cannot be read'}` };
  const filePath = propertiesOf(component.properties).get(`${INSPECTOR}path`);
  return {
    packageManager: isOs ? OS_PACKAGE_MANAGER : managerOf(purl),
    name,
    installed: versionOf(component, purl),
    ...(!isOs && filePath !== undefined && filePath !== '' && { filePath: filePath.toWellFormed().slice(0, 4096) }),
  };
}

/** Properties as a map; of a name that stands twice, the first counts. */
export function propertiesOf(properties: CycloneDxProperties): Map<string, string> {
  const map = new Map<string, string>();
  for (const { name, value } of properties ?? []) if (value !== undefined && !map.has(name)) map.set(name, value);
  return map;
}

function managerOf(purl: PackageUrl | undefined): string {
  if (purl === undefined) return 'UNKNOWN';
  return MANAGERS.get(purl.type) ?? purl.type.toUpperCase();
}

/** Language packages carry their namespace: `@babel/core`, `org.apache.logging.log4j:log4j-core`. */
function nameOf(component: CycloneDxComponent, purl: PackageUrl | undefined, isOs: boolean): string {
  const space = component.group ?? purl?.namespace ?? '';
  const separator = purl?.type === 'maven' ? ':' : '/';
  return isOs || space === '' || component.name.startsWith(`${space}${separator}`)
    ? component.name
    : `${space}${separator}${component.name}`;
}

function versionOf(component: CycloneDxComponent, purl: PackageUrl | undefined): string {
  const version = percentDecode(component.version ?? purl?.version ?? '');
  const epoch = purl?.qualifiers.get('epoch') ?? '';
  return withoutZeroEpoch(/^\d{1,9}$/.test(epoch) && !/^\d+:/.test(version) ? `${epoch}:${version}` : version);
}
