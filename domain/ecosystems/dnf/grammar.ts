import type { FlagRule, Grammar, VerbRule } from '../../vetting/grammar';

/** A release of Amazon Linux 2023 that repositories are resolved at: `latest`, `2023` or `2023.<minor>.<date>`. */
const RELEASEVER = /^(?:latest|2023|2023\.[0-9]{1,3}\.20[0-9]{6})$/;

/** Flags of every verb (DNF command reference, "Options"). */
const COMMON_FLAGS: readonly FlagRule[] = [
  { kind: 'switch', names: ['-y', '--assumeyes', '-q', '--quiet', '--refresh', '--best', '--nobest', '--nodocs'] },
  { kind: 'value', names: ['--releasever'], values: [RELEASEVER] },
  {
    kind: 'value',
    names: ['--setopt'],
    values: [
      'install_weak_deps=False',
      'install_weak_deps=false',
      'install_weak_deps=0',
      'tsflags=nodocs',
      'keepcache=0',
      'keepcache=False',
      'keepcache=false',
    ],
  },
  {
    kind: 'refused',
    names: ['--allowerasing'],
    takesValue: false,
    code: 'removal-not-allowed',
    message: 'Drop --allowerasing: it removes packages that policy does not list as removable.',
  },
  {
    kind: 'refused',
    names: ['--nogpgcheck', '--no-gpgchecks'],
    takesValue: false,
    code: 'flag-not-allowed',
    message: 'Drop the flag: signatures are always checked.',
  },
  {
    kind: 'refused',
    names: ['--enablerepo', '--disablerepo', '--repo', '--repoid', '--repofrompath', '--enable', '--disable'],
    takesValue: true,
    code: 'flag-not-allowed',
    message: "Drop the flag: fixes come from the image's configured repositories.",
  },
  {
    kind: 'refused',
    names: ['-c', '--config', '--installroot', '--forcearch', '-x', '--exclude', '--excludepkgs', '--disableexcludes'],
    takesValue: true,
    code: 'flag-not-allowed',
    message: "Drop the flag: the image's own dnf configuration is used.",
  },
  {
    kind: 'refused',
    names: [
      '-d',
      '--debuglevel',
      '-e',
      '--errorlevel',
      '-R',
      '--randomwait',
      '--comment',
      '--destdir',
      '--downloaddir',
    ],
    takesValue: true,
    code: 'flag-not-allowed',
    message: 'Drop the flag: the command works without it.',
  },
];

/** Flags that narrow an upgrade to advisories. */
const ADVISORY_FLAGS: readonly FlagRule[] = [
  { kind: 'switch', names: ['--security'] },
  {
    kind: 'value',
    names: ['--advisory', '--advisories'],
    values: [/^[A-Z][A-Za-z0-9]{1,30}(?:[-:][A-Za-z0-9]{1,30}){1,6}$/],
  },
  { kind: 'value', names: ['--cve', '--cves'], values: [/^CVE-[0-9]{4}-[0-9]{4,19}$/] },
];

const VERBS: readonly VerbRule[] = [
  { kind: 'operation', names: ['makecache'], operation: 'refresh', arguments: { kind: 'none' }, flags: [] },
  {
    kind: 'operation',
    names: ['upgrade', 'update', 'upgrade-minimal', 'update-minimal'],
    operation: 'upgrade',
    arguments: {
      kind: 'packages',
      whenNone: {
        code: 'package-not-in-targets',
        message: 'Name the packages, "dnf upgrade -y <package>": without names all of them are upgraded.',
      },
    },
    flags: ADVISORY_FLAGS,
  },
  {
    kind: 'operation',
    names: ['install'],
    operation: 'upgrade',
    arguments: {
      kind: 'packages',
      whenNone: { code: 'incomplete', message: 'Name the packages: "dnf upgrade -y <package>".' },
    },
    flags: ADVISORY_FLAGS,
  },
  {
    kind: 'operation',
    names: ['remove', 'erase'],
    operation: 'remove',
    arguments: {
      kind: 'packages',
      whenNone: { code: 'incomplete', message: 'Name the packages to remove, or leave the command out.' },
    },
    flags: [],
  },
  {
    kind: 'operation',
    names: ['clean'],
    operation: 'clean',
    arguments: { kind: 'words', words: ['all', 'packages', 'metadata', 'expire-cache', 'dbcache'] },
    flags: [],
  },
  {
    kind: 'refused',
    names: ['downgrade'],
    code: 'downgrade',
    message: 'Use "dnf upgrade -y <package>": packages are only raised.',
  },
  {
    kind: 'refused',
    names: ['autoremove'],
    code: 'removal-not-allowed',
    message: 'Leave the command out: it removes packages that policy does not list as removable.',
  },
  {
    kind: 'refused',
    names: ['check-update', 'check-upgrade'],
    code: 'unknown-command',
    message: 'Leave the check out: it exits with 100 where updates exist and so breaks a script.',
  },
  {
    kind: 'refused',
    names: ['reinstall', 'swap', 'distro-sync', 'distrosync', 'dsync', 'localinstall', 'module', 'group', 'shell'],
    code: 'unknown-command',
    message: 'Use "dnf upgrade -y <package>" for the packages of the plan.',
  },
  {
    kind: 'refused',
    names: ['config-manager', 'copr', 'builddep', 'debuginfo-install', 'history', 'system-upgrade'],
    code: 'unknown-command',
    message: 'Leave the command out: only packages of the plan are upgraded, from the configured repositories.',
  },
];

/**
 * What vetting recognises of dnf 4: the DNF command reference, and of its "Specifying packages" the forms name,
 * name.arch, name-[epoch:]version[-release][.arch] and `name >= version`.
 */
export const DNF_GRAMMAR: Grammar = {
  commands: [{ names: ['dnf'], flags: COMMON_FLAGS, verbs: VERBS }],
  environment: [],
  cachePaths: ['/var/cache/dnf', '/var/cache/dnf/*', '/var/cache/yum', '/var/cache/yum/*'],
  packages: {
    architectureSeparator: '.',
    architectures: ['x86_64', 'aarch64', 'noarch', 'i686', 'i386'],
    operators: ['=', '>='],
    upperBounds: ['<', '<='],
    spacedOperators: true,
    hyphenVersions: true,
    modifiers: [],
    groupPrefixes: ['@'],
    fileSuffixes: ['.rpm'],
  },
};
