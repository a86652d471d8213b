/** Leaves out an epoch of zero, which scanners write and package managers do not (aws-facts 1.3). */
export function withoutZeroEpoch(version: string): string {
  return version.replace(/^0+:/, '');
}
