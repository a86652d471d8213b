import type { Platform } from '../platform/platform';

/**
 * Debian source packages that scanners report and whose name no binary has, with the one binary that stands for them
 * in a container image. Kernel findings are about the headers that compilers pull in, not about a kernel
 * (docker-library/php#1577, devcontainers/images#1376).
 */
const STANDS_FOR: ReadonlyMap<string, string> = new Map([['linux', 'linux-libc-dev']]);

/** How a package that the scanner names is called in a plan. */
export interface PlannedName {
  readonly package: string;
  /** Source package, where it differs from `package`. */
  readonly source?: string;
}

/** The name under which a reported package is planned on a platform. */
export function plannedName(reported: string, platform: Platform | undefined): PlannedName {
  if (platform?.distribution !== 'debian' && platform?.distribution !== 'ubuntu') return { package: reported };
  const binary = STANDS_FOR.get(reported);
  return binary === undefined ? { package: reported } : { package: binary, source: reported };
}
