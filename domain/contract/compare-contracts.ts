import type { ContractConfig } from '../config/config-schema';
import type { InstalledPackage } from '../ecosystems/ecosystem';
import type { ImageContract } from './image-contract';
import type { SizedImage } from './image-size';
import { comparableSizes } from './image-size';
import { isRootUser } from './image-user';
import type { ChangedValue, NamedValues } from './named-values';
import { changedValues, changeSentence, environmentOf, keepsDirectories } from './named-values';

/** Labels that builders add on their own; they are no promise of the image. */
const BUILDER_LABELS: ReadonlySet<string> = new Set(['io.buildah.version']);

/** What is compared of an image. */
export interface ContractSubject extends SizedImage {
  readonly contract: ImageContract;
  readonly packages: readonly InstalledPackage[];
}

/** An image whose packages may not be known: then nothing is said about those that were removed. */
export type ComparedImage = Omit<ContractSubject, 'packages'> & Partial<Pick<ContractSubject, 'packages'>>;

/** What the comparison allows. */
export interface ContractRules extends Pick<ContractConfig, 'user' | 'workdir'> {
  readonly maximumGrowthPercent: number;
  /** Packages that may be gone. */
  readonly removable: readonly string[];
  /** Contract of the parent that the patched image was built on, where that is known. */
  readonly parent?: ImageContract;
}

/**
 * Compares a patched image with the one that it is to replace.
 *
 * A build starts from the parent as it is by then, whose releases bring labels and environment variables of their own (a
 * build date, the version of a runtime). So each of these may be as the parent has it. Where the parent is not known, a
 * patch's script cannot have changed them, and only an environment variable that is gone, or a directory that `PATH` has
 * lost, is a violation. All the rest has to stay as it was, whatever the parent has.
 * @returns one sentence per violation; empty where the contract holds
 */
export function compareContracts(before: ComparedImage, after: ComparedImage, rules: ContractRules): string[] {
  const expected = {
    ...before.contract,
    user: rules.user ?? before.contract.user,
    workdir: rules.workdir ?? before.contract.workdir,
  };
  return [
    ...configurationViolations(expected, after.contract),
    ...environmentViolations(expected, after.contract, rules.parent),
    ...labelViolations(expected, after.contract, rules.parent),
    ...(before.packages === undefined || after.packages === undefined
      ? []
      : removedPackages(before.packages, after.packages, rules.removable)),
    ...growthViolation(comparableSizes(before, after), rules.maximumGrowthPercent),
  ];
}

function configurationViolations(expected: ImageContract, actual: ImageContract): string[] {
  const facts: readonly (readonly [string, unknown, unknown])[] = [
    ['architecture', expected.architecture, actual.architecture],
    ['user', rootIsDefault(expected.user), rootIsDefault(actual.user)],
    ['entrypoint', expected.entrypoint, actual.entrypoint],
    ['cmd', expected.cmd, actual.cmd],
    ['workdir', slashIsDefault(expected.workdir), slashIsDefault(actual.workdir)],
    ['ports', [...expected.ports].sort(), [...actual.ports].sort()],
    ['volumes', [...expected.volumes].sort(), [...actual.volumes].sort()],
    ['healthcheck', expected.healthcheck, actual.healthcheck],
    ['shell', expected.shell, actual.shell],
    ['stop signal', expected.stopSignal, actual.stopSignal],
  ];
  return facts
    .map(([name, want, have]) => [name, JSON.stringify(want), JSON.stringify(have)] as const)
    .filter(([, want, have]) => want !== have)
    .map(([name, want, have]) => `${name} changed from ${want} to ${have}`);
}

function removedPackages(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
  removable: readonly string[],
): string[] {
  const kept = new Set(after.map((pkg) => pkg.name));
  const allowed = new Set(removable);
  const gone = new Set(before.map((pkg) => pkg.name).filter((name) => !kept.has(name) && !allowed.has(name)));
  return [...gone].sort().map((name) => `package ${name} was removed, which policy does not allow`);
}

function growthViolation(
  { before, after }: { readonly before: number; readonly after: number },
  maximumPercent: number,
): string[] {
  if (before <= 0 || after <= before * (1 + maximumPercent / 100)) return [];
  const percent = Math.round((after / before - 1) * 100);
  return [`size grew by ${percent} % (${before} to ${after} bytes), more than the ${maximumPercent} % allowed`];
}

/** Builders write the PATH that a container without one gets anyway into the image. */
const BUILDER_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function environmentViolations(
  expected: ImageContract,
  actual: ImageContract,
  parent: ImageContract | undefined,
): string[] {
  const parents = parent === undefined ? undefined : environmentOf(parent.env);
  return changedValues(environmentOf(expected.env), environmentOf(actual.env))
    .filter(({ name, was, is }) => name !== 'PATH' || was !== undefined || is !== BUILDER_PATH)
    .filter((change) => (parents === undefined ? !isHarmless(change) : !follows(parents, change)))
    .map((change) => changeSentence('env', change));
}

/** What a parent that is not known may have changed. */
function isHarmless({ name, was, is }: ChangedValue): boolean {
  return is !== undefined && (name !== 'PATH' || was === undefined || keepsDirectories(was, is));
}

function labelViolations(expected: ImageContract, actual: ImageContract, parent: ImageContract | undefined): string[] {
  if (parent === undefined) return [];
  const parents = labelsOf(parent);
  return changedValues(labelsOf(expected), labelsOf(actual))
    .filter((change) => !BUILDER_LABELS.has(change.name) && !follows(parents, change))
    .map((change) => changeSentence('label', change));
}

function labelsOf({ labels }: ImageContract): NamedValues {
  return new Map(Object.entries(labels));
}

/** True where the parent has it so. */
function follows(parent: NamedValues, { name, is }: ChangedValue): boolean {
  return is === parent.get(name);
}

/** An image without USER runs as root (OCI image-spec). */
function rootIsDefault(user: string): string {
  return isRootUser(user) ? 'root' : user;
}

function slashIsDefault(workdir: string): string {
  return workdir === '' ? '/' : workdir;
}
