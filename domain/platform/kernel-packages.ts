/**
 * Names of kernel packages: Debian's and Ubuntu's source `linux` and its binaries, `kernel…` of the rpm distributions and
 * SUSE, `linux-…` of Alpine. A container runs the kernel of its host, so such a finding is about files that lie around
 * (aws/containers-roadmap#2305, docker-library/php#1577).
 */
const KERNEL =
  /^(?:linux(?:-(?:libc-dev|headers|image|modules|tools|source|kbuild|compiler|lts|virt|signed|hwe|aws|azure|gcp|oracle|firmware).*|-[0-9].*)?|kernel(?:[0-9.]+)?(?:-.+)?)$/;

/** True for a package of the kernel, which a container never runs. */
export function isKernelPackage(name: string): boolean {
  return name.length <= 256 && KERNEL.test(name);
}
