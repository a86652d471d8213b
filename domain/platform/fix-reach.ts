import type { Platform } from './platform';

/** What is known of a fix, in the terms of the scanner. */
export interface KnownFix {
  readonly package: string;
  /** `[epoch:]version[-release]`; empty where the scanner does not say. */
  readonly installed: string;
  readonly floor: string;
}

/** Why the image's repositories will never offer a fix. */
export interface OutOfReach {
  /** One sentence part, for people. */
  readonly why: string;
  /** Who says so. */
  readonly source: string;
}

/** Builds of Ubuntu that only a subscription gets: Expanded Security Maintenance and FIPS. */
const UBUNTU_PRO = /[+~.](?:esm|fips)\.?[0-9]*/i;
const UBUNTU_PRO_SOURCE = 'https://documentation.ubuntu.com/pro-client/en/latest/ (esm-infra, esm-apps, fips)';

/** Marks a build of a module: `1.module+el8.4.0+11822+6cc1e7d7`, CentOS: `1.module_el8.4.0+…`. */
const MODULAR = /\.module[+_]/;

/** Packages whose release streams differ in their first version components. */
interface StreamRule {
  readonly distributions: readonly string[];
  /** Names of the packages, the whole name. */
  readonly packages: RegExp;
  /** How many components of the upstream version make the stream. */
  readonly components: number;
  /** True where only builds of modules have streams. */
  readonly modular: boolean;
  readonly source: string;
}

const ENTERPRISE_LINUX = ['rhel', 'centos', 'rocky', 'almalinux', 'ol'];
const APPLICATION_STREAMS = 'https://access.redhat.com/support/policy/updates/rhel-app-streams-life-cycle';

/**
 * Streams that live side by side, with the packages whose version is the stream's (npm and others of a module have their
 * own), so that the fix of one is no fix of another. Rolling module streams (container-tools,
 * rust-toolset, …) are left out: there the newer version is the same stream.
 */
const STREAMS: readonly StreamRule[] = [
  {
    // Amazon Linux 2 has kernels 4.14, 5.4, 5.10 and 5.15, all of them named "kernel".
    distributions: ['amzn'],
    packages: /^(?:kernel(?:[0-9.]+)?(?:-(?!srpm-macros|livepatch)[a-z0-9-]+)?|perf|bpftool|python3?-perf)$/,
    components: 2,
    modular: false,
    source: 'https://docs.aws.amazon.com/linux/al2/ug/aml2-kernel.html',
  },
  {
    distributions: ENTERPRISE_LINUX,
    packages:
      /^(?:nodejs(?:-(?:devel|docs|full-i18n|libs))?|postgresql(?:-.+)?|redis|squid|varnish|389-ds-base(?:-.+)?)$/,
    components: 1,
    modular: true,
    source: APPLICATION_STREAMS,
  },
  {
    distributions: ENTERPRISE_LINUX,
    packages:
      /^(?:php(?:-(?!pecl-|pear).+)?|ruby(?:-(?:libs|devel|doc))?|perl|mariadb(?:-.+)?|mysql(?:-(?!selinux).+)?|nginx(?:-.+)?|maven|subversion(?:-.+)?)$/,
    components: 2,
    modular: true,
    source: APPLICATION_STREAMS,
  },
];

/**
 * Says why a published fix cannot be had in an image: it is of another release stream than what is installed, or behind
 * a subscription. Such a fix is no floor: no build would ever reach it.
 * @returns undefined where nothing is known against the fix
 */
export function outOfReach(fix: KnownFix, platform: Platform | undefined): OutOfReach | undefined {
  if (platform === undefined || fix.installed === '') return undefined;
  if (platform.distribution === 'ubuntu' && UBUNTU_PRO.test(fix.floor) && !UBUNTU_PRO.test(fix.installed)) {
    return { why: `${fix.floor} is a build of Ubuntu Pro, which needs a subscription`, source: UBUNTU_PRO_SOURCE };
  }
  const isModular = MODULAR.test(fix.installed);
  const isComparable = fix.installed.includes('-') && fix.floor.includes('-');
  if (ENTERPRISE_LINUX.includes(platform.distribution) && isComparable && isModular !== MODULAR.test(fix.floor)) {
    const [has, needs] = isModular ? ['of a module', 'is not'] : ['of no module', 'is of one'];
    return { why: `${fix.installed} is ${has}, ${fix.floor} ${needs}`, source: APPLICATION_STREAMS };
  }
  const rule = STREAMS.find(
    ({ distributions, packages, modular }) =>
      distributions.includes(platform.distribution) && packages.test(fix.package) && (!modular || isModular),
  );
  if (rule === undefined) return undefined;
  const [have, need] = [streamOf(fix.installed, rule.components), streamOf(fix.floor, rule.components)];
  if (have === need) return undefined;
  return { why: `${fix.floor} is of the stream ${need}, installed is the stream ${have}`, source: rule.source };
}

/** The first components of the upstream version: `4.14` of `4.14.355-277.643.amzn2`. */
function streamOf(version: string, components: number): string {
  return version.replace(/^\d+:/, '').replace(/-.*$/, '').split('.').slice(0, components).join('.');
}
