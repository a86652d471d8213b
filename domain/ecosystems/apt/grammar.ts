import type { FlagRule, Grammar, VerbRule } from '../../vetting/grammar';

/** Flags of every verb (apt-get(8), apt(8)). */
const COMMON_FLAGS: readonly FlagRule[] = [
  { kind: 'switch', names: ['-y', '--yes', '--assume-yes', '-q', '--quiet', '-q=1', '-q=2', '--quiet=1', '--quiet=2'] },
  {
    kind: 'value',
    names: ['-o', '--option'],
    values: [
      'Dpkg::Options::=--force-confold',
      'Dpkg::Options::=--force-confdef',
      'Dpkg::Use-Pty=0',
      'APT::Install-Recommends=false',
      'APT::Install-Recommends=0',
      'APT::Install-Suggests=false',
      'APT::Install-Suggests=0',
      'quiet=1',
      'quiet=2',
      /^Acquire::Retries=[0-9]$/,
      /^DPkg::Lock::Timeout=[0-9]{1,4}$/,
    ],
  },
  {
    kind: 'refused',
    names: ['--allow-downgrades'],
    takesValue: false,
    code: 'downgrade',
    message: 'Drop --allow-downgrades: packages are only raised.',
  },
  {
    kind: 'refused',
    names: ['--auto-remove', '--autoremove', '--allow-remove-essential'],
    takesValue: false,
    code: 'removal-not-allowed',
    message: 'Drop the flag that removes further packages: name removable packages in a "remove" command.',
  },
  {
    kind: 'refused',
    names: ['--allow-unauthenticated', '--allow-insecure-repositories', '--force-yes'],
    takesValue: false,
    code: 'flag-not-allowed',
    message: 'Drop the flag: signatures are always checked.',
  },
  {
    kind: 'refused',
    names: ['-t', '--target-release', '--default-release'],
    takesValue: true,
    code: 'flag-not-allowed',
    message: 'Drop the release: fixes come from the configured one.',
  },
  {
    kind: 'refused',
    names: ['-c', '--config-file', '-a', '--host-architecture', '-P', '--build-profiles'],
    takesValue: true,
    code: 'flag-not-allowed',
    message: "Drop the flag: the image's own apt configuration is used.",
  },
  {
    kind: 'refused',
    names: ['-d', '--download-only', '-s', '--simulate', '--dry-run', '--just-print', '--print-uris'],
    takesValue: false,
    code: 'flag-not-allowed',
    message: 'Drop the flag: a command that changes nothing fixes nothing.',
  },
];

const INSTALL_FLAGS: readonly FlagRule[] = [
  {
    kind: 'switch',
    names: ['--only-upgrade', '--no-install-recommends', '--no-install-suggests', '--no-remove'],
  },
];

const VERBS: readonly VerbRule[] = [
  { kind: 'operation', names: ['update'], operation: 'refresh', arguments: { kind: 'none' }, flags: [] },
  {
    kind: 'operation',
    names: ['install'],
    operation: 'upgrade',
    arguments: {
      kind: 'packages',
      whenNone: { code: 'incomplete', message: 'Name the packages: "apt-get install --only-upgrade -y <package>".' },
    },
    flags: INSTALL_FLAGS,
  },
  {
    kind: 'operation',
    names: ['remove', 'purge'],
    operation: 'remove',
    arguments: {
      kind: 'packages',
      whenNone: { code: 'incomplete', message: 'Name the packages to remove, or leave the command out.' },
    },
    flags: [{ kind: 'switch', names: ['--purge'] }],
  },
  { kind: 'operation', names: ['clean', 'autoclean'], operation: 'clean', arguments: { kind: 'none' }, flags: [] },
  {
    kind: 'refused',
    names: ['upgrade', 'dist-upgrade', 'full-upgrade', 'safe-upgrade'],
    code: 'package-not-in-targets',
    message: 'Name the packages, "apt-get install --only-upgrade -y <package>": this verb upgrades all of them.',
  },
  {
    kind: 'refused',
    names: ['autoremove', 'auto-remove', 'autopurge'],
    code: 'removal-not-allowed',
    message: 'Leave the command out: it removes packages that policy does not list as removable.',
  },
  {
    kind: 'refused',
    names: ['reinstall', 'build-dep', 'source', 'download', 'edit-sources', 'dselect-upgrade', 'satisfy'],
    code: 'unknown-command',
    message: 'Use "apt-get install --only-upgrade -y <package>" for the packages of the plan.',
  },
];

/**
 * What vetting recognises of apt: apt-get(8), apt(8), and the package arguments of apt-get(8) "install"
 * (`name[:arch][=version]`; `name/release`, `name-`, `name+`, patterns and task names are refused).
 */
export const APT_GRAMMAR: Grammar = {
  commands: [{ names: ['apt-get', 'apt'], flags: COMMON_FLAGS, verbs: VERBS }],
  environment: [{ name: 'DEBIAN_FRONTEND', values: ['noninteractive'] }],
  cachePaths: [
    '/var/lib/apt/lists/*',
    '/var/cache/apt/archives/*',
    '/var/cache/apt/archives/*.deb',
    '/var/cache/apt/*',
  ],
  packages: {
    architectureSeparator: ':',
    architectures: ['amd64', 'arm64', 'armel', 'armhf', 'i386', 'ppc64el', 'riscv64', 's390x', 'all', 'any', 'native'],
    operators: ['='],
    upperBounds: [],
    spacedOperators: false,
    hyphenVersions: false,
    modifiers: [
      {
        suffix: '-',
        when: 'always',
        code: 'removal-not-allowed',
        message: 'Write the name without "-" at its end: apt would remove the package.',
      },
      {
        suffix: '+',
        when: 'rest-is-known',
        code: 'package-not-in-targets',
        message: 'Write the name without "+" at its end: apt reads it as a modifier.',
      },
      {
        suffix: '^',
        when: 'always',
        code: 'package-not-in-targets',
        message: 'Name the packages of the plan instead of a task ("^" at its end).',
      },
    ],
    groupPrefixes: [],
    fileSuffixes: ['.deb', '.changes', '.dsc'],
  },
};
