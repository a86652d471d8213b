import type { FlagRule, Grammar, VerbRule } from '../../vetting/grammar';

/** Global options, and options that mean the same for every verb (zypper(8), "Global Options"). */
const COMMON_FLAGS: readonly FlagRule[] = [
  {
    kind: 'switch',
    names: [
      '-n',
      '--non-interactive',
      '-q',
      '--quiet',
      '-v',
      '--verbose',
      '--no-color',
      '-A',
      '--no-abbrev',
      '--no-cd',
    ],
  },
  { kind: 'switch', names: ['--no-refresh', '--terse'] },
  {
    kind: 'refused',
    names: ['--no-gpg-checks', '--gpg-auto-import-keys', '--allow-unsigned-rpm', '--no-gpg-check', '--no-check'],
    takesValue: false,
    code: 'flag-not-allowed',
    message: 'Drop the flag: signatures are always checked, and no keys are taken over unseen.',
  },
  {
    kind: 'refused',
    names: ['-p', '--plus-repo', '--plus-content', '-r', '--repo', '--from', '--releasever', '--catalog'],
    takesValue: true,
    code: 'flag-not-allowed',
    message: "Drop the flag: fixes come from the image's configured repositories.",
  },
  {
    kind: 'refused',
    names: ['--disable-repositories', '--no-remote', '--disable-system-resolvables', '-i', '--ignore-unknown'],
    takesValue: false,
    code: 'flag-not-allowed',
    message: "Drop the flag: fixes come from the image's configured repositories, and missing ones are to be seen.",
  },
  {
    kind: 'refused',
    names: [
      ...['-c', '--config', '-R', '--root', '--installroot', '-D', '--reposd-dir', '-C', '--cache-dir', '--userdata'],
      ...['--raw-cache-dir', '--solv-cache-dir', '--pkg-cache-dir'],
    ],
    takesValue: true,
    code: 'flag-not-allowed',
    message: "Drop the flag: the image's own root and configuration are used.",
  },
  {
    kind: 'refused',
    names: ['--oldpackage', '--allow-downgrade'],
    takesValue: false,
    code: 'downgrade',
    message: 'Drop the flag: packages are only raised.',
  },
  {
    kind: 'refused',
    names: ['--force-resolution', '-u', '--clean-deps'],
    takesValue: false,
    code: 'removal-not-allowed',
    message: 'Drop the flag: it removes packages that policy does not list as removable.',
  },
];

/** Flags of the verbs that install or update. */
const UPGRADE_FLAGS: readonly FlagRule[] = [
  {
    kind: 'switch',
    names: [
      ...['-y', '--no-confirm', '-l', '--auto-agree-with-licenses', '--no-recommends', '--details', '--best-effort'],
      ...['--no-allow-vendor-change', '--no-allow-downgrade', '--no-allow-arch-change', '--no-allow-name-change'],
      ...['--no-force-resolution', '--skip-interactive', '--with-interactive'],
    ],
  },
  { kind: 'value', names: ['-t', '--type'], values: ['package'] },
  {
    kind: 'refused',
    names: ['-f', '--force', '--replacefiles', '--allow-vendor-change', '--allow-arch-change', '--allow-name-change'],
    takesValue: false,
    code: 'flag-not-allowed',
    message: 'Drop the flag: packages are raised as their vendor has them, and never forced.',
  },
  {
    kind: 'refused',
    names: ['--dry-run', '-d', '--download-only', '--debug-solver', '--recommends'],
    takesValue: false,
    code: 'flag-not-allowed',
    message: 'Drop the flag: the packages of the plan are upgraded for real, and no others are added.',
  },
];

const VERBS: readonly VerbRule[] = [
  {
    kind: 'operation',
    names: ['refresh', 'ref'],
    operation: 'refresh',
    arguments: { kind: 'none' },
    flags: [
      { kind: 'switch', names: ['-f', '--force', '-s', '--services', '-d', '--force-download', '-b', '--force-build'] },
    ],
  },
  {
    kind: 'operation',
    names: ['update', 'up'],
    operation: 'upgrade',
    arguments: {
      kind: 'packages',
      whenNone: {
        code: 'package-not-in-targets',
        message:
          'Name the packages, "zypper --non-interactive update <package>": without names all of them are upgraded.',
      },
    },
    flags: UPGRADE_FLAGS,
  },
  {
    kind: 'operation',
    names: ['install', 'in'],
    operation: 'upgrade',
    arguments: {
      kind: 'packages',
      whenNone: {
        code: 'incomplete',
        message: 'Name the packages: "zypper --non-interactive update --no-recommends <package>".',
      },
    },
    flags: UPGRADE_FLAGS,
  },
  {
    kind: 'operation',
    names: ['remove', 'rm'],
    operation: 'remove',
    arguments: {
      kind: 'packages',
      whenNone: { code: 'incomplete', message: 'Name the packages to remove, or leave the command out.' },
    },
    flags: [
      { kind: 'switch', names: ['-y', '--no-confirm', '--details', '-U', '--no-clean-deps', '--no-force-resolution'] },
    ],
  },
  {
    kind: 'operation',
    names: ['clean', 'cc'],
    operation: 'clean',
    arguments: { kind: 'none' },
    flags: [{ kind: 'switch', names: ['-a', '--all', '-m', '--metadata', '-M', '--raw-metadata'] }],
  },
  {
    kind: 'refused',
    names: ['patch', 'dist-upgrade', 'dup', 'full-upgrade', 'install-new-recommends', 'inr', 'verify', 've'],
    code: 'package-not-in-targets',
    message: 'Name the packages, "zypper --non-interactive update <package>": this verb changes whatever it finds.',
  },
  {
    kind: 'refused',
    names: ['addlock', 'al', 'removelock', 'rl', 'cleanlocks', 'cl', 'purge-kernels'],
    code: 'unknown-command',
    message: 'Leave the command out: locks and kernels of the image stay as they are.',
  },
  {
    kind: 'refused',
    names: [
      ...['addrepo', 'ar', 'removerepo', 'rr', 'renamerepo', 'nr', 'modifyrepo', 'mr', 'addservice', 'as'],
      ...[
        'modifyservice',
        'ms',
        'removeservice',
        'rs',
        'refresh-services',
        'refs',
        'source-install',
        'si',
        'shell',
        'sh',
      ],
      ...['download', 'source-download', 'addlocale', 'aloc', 'removelocale', 'rloc'],
    ],
    code: 'unknown-command',
    message: 'Leave the command out: only packages of the plan are upgraded, from the configured repositories.',
  },
  {
    kind: 'refused',
    names: [
      ...['repos', 'lr', 'services', 'ls', 'list-updates', 'lu', 'list-patches', 'lp', 'patch-check', 'pchk'],
      ...['search', 'se', 'info', 'if', 'locks', 'll', 'ps', 'needs-rebooting', 'versioncmp', 'vcmp', 'what-provides'],
    ],
    code: 'unknown-command',
    message: 'Leave the query out: use "zypper --non-interactive update <package>" for the packages of the plan.',
  },
];

/**
 * What vetting recognises of zypper: zypper(8), and of its capabilities the forms `name`, `name.arch`, `name=version`
 * and `name>=version`, with or without spaces; `name-version` as rpm prints it. `-name` and `!name` remove, hence they
 * are refused, as are patterns, products, paths and URLs.
 */
export const ZYPPER_GRAMMAR: Grammar = {
  commands: [{ names: ['zypper'], flags: COMMON_FLAGS, verbs: VERBS }],
  environment: [],
  cachePaths: ['/var/cache/zypp', '/var/cache/zypp/*', '/var/log/zypp/*', '/var/log/zypper.log'],
  packages: {
    architectureSeparator: '.',
    architectures: ['x86_64', 'aarch64', 'noarch', 'i586', 'i686', 'ppc64le', 's390x'],
    operators: ['=', '>='],
    upperBounds: ['<', '<='],
    spacedOperators: true,
    hyphenVersions: true,
    modifiers: [],
    groupPrefixes: ['!', '@', '~', '+'],
    fileSuffixes: ['.rpm'],
  },
};
