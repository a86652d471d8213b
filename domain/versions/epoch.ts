/** Leaves out an epoch of zero, which scanners write and package managers do not (Inspector API, VulnerablePackage). */
export function withoutZeroEpoch(version: string): string {
  return version.replace(/^0+:/, '');
}
