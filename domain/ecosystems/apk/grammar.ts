import type { FlagRule, Grammar, VerbRule } from '../../vetting/grammar';

/** Flags of every verb (apk(8), "Global options" and "Commit options"); `--update` is the old name of `--update-cache`. */
const COMMON_FLAGS: readonly FlagRule[] = [
  {
    kind: 'switch',
    names: [
      '-q',
      '--quiet',
      '-v',
      '--verbose',
      '-U',
      '--update-cache',
      '--update',
      '--no-cache',
      '--no-progress',
      '--no-interactive',
      '--clean-protected',
      '--force-refresh',
    ],
  },
  { kind: 'value', names: ['--wait', '--timeout', '--cache-max-age'], values: [/^[0-9]{1,5}$/] },
  {
    kind: 'refused',
    names: [
      '--allow-untrusted',
      '--no-check-certificate',
      '--force-broken-world',
      '--force-overwrite',
      '--force',
      '-f',
    ],
    takesValue: false,
    code: 'flag-not-allowed',
    message: 'Drop the flag: signatures, certificates and the checks of apk stay on.',
  },
  {
    kind: 'refused',
    names: ['-X', '--repository', '--repositories-file', '--repository-config', '--keys-dir'],
    takesValue: true,
    code: 'flag-not-allowed',
    message: "Drop the flag: fixes come from the image's configured repositories.",
  },
  {
    kind: 'refused',
    names: ['-p', '--root', '--arch', '--cache-dir', '--progress-fd'],
    takesValue: true,
    code: 'flag-not-allowed',
    message: "Drop the flag: the image's own root and configuration are used.",
  },
  {
    kind: 'refused',
    names: ['-s', '--simulate', '--no-network', '--no-scripts', '--no-commit-hooks', '-i', '--interactive'],
    takesValue: false,
    code: 'flag-not-allowed',
    message: 'Drop the flag: the packages are to be upgraded for real, with their scripts, and without questions.',
  },
];

/** Flags of the verbs that upgrade. */
const UPGRADE_FLAGS: readonly FlagRule[] = [
  { kind: 'switch', names: ['-l', '--latest'] },
  {
    kind: 'refused',
    names: ['-a', '--available'],
    takesValue: false,
    code: 'downgrade',
    message: 'Drop the flag: it may replace packages by older ones, and packages are only raised.',
  },
  {
    kind: 'refused',
    names: ['--prune'],
    takesValue: false,
    code: 'removal-not-allowed',
    message: 'Drop --prune: it removes packages that policy does not list as removable.',
  },
  {
    kind: 'refused',
    names: ['--ignore'],
    takesValue: false,
    code: 'package-not-in-targets',
    message: 'Drop --ignore: it upgrades all packages but the named ones.',
  },
];

const VERBS: readonly VerbRule[] = [
  { kind: 'operation', names: ['update'], operation: 'refresh', arguments: { kind: 'none' }, flags: [] },
  {
    kind: 'operation',
    names: ['upgrade'],
    operation: 'upgrade',
    arguments: {
      kind: 'packages',
      whenNone: {
        code: 'package-not-in-targets',
        message: 'Name the packages, "apk upgrade --no-cache <package>": without names all of them are upgraded.',
      },
    },
    flags: [...UPGRADE_FLAGS, { kind: 'switch', names: ['--no-self-upgrade'] }],
  },
  {
    kind: 'operation',
    names: ['add'],
    operation: 'upgrade',
    arguments: {
      kind: 'packages',
      whenNone: { code: 'incomplete', message: 'Name the packages: "apk upgrade --no-cache <package>".' },
    },
    flags: [
      ...UPGRADE_FLAGS,
      { kind: 'switch', names: ['-u', '--upgrade'] },
      {
        kind: 'refused',
        names: ['-t', '--virtual'],
        takesValue: true,
        code: 'flag-not-allowed',
        message: 'Drop the flag: no virtual package is added to an image.',
      },
    ],
  },
  {
    kind: 'operation',
    names: ['del'],
    operation: 'remove',
    arguments: {
      kind: 'packages',
      whenNone: { code: 'incomplete', message: 'Name the packages to remove, or leave the command out.' },
    },
    flags: [
      { kind: 'switch', names: ['--purge'] },
      {
        kind: 'refused',
        names: ['-r', '--rdepends'],
        takesValue: false,
        code: 'removal-not-allowed',
        message: 'Drop the flag: it removes packages that policy does not list as removable.',
      },
    ],
  },
  {
    kind: 'operation',
    names: ['cache'],
    operation: 'clean',
    arguments: { kind: 'words', words: ['clean', 'purge'] },
    flags: [{ kind: 'switch', names: ['--purge'] }],
  },
  {
    kind: 'refused',
    names: ['fix'],
    code: 'unknown-command',
    message: 'Use "apk upgrade --no-cache <package>": packages are raised, not installed again.',
  },
  {
    kind: 'refused',
    names: ['fetch', 'extract', 'index', 'mkndx', 'mkpkg', 'convndx', 'convdb', 'adbgen', 'adbsign', 'adbdump'],
    code: 'unknown-command',
    message: 'Leave the command out: only packages of the plan are upgraded, from the configured repositories.',
  },
  {
    kind: 'refused',
    names: ['info', 'list', 'search', 'query', 'policy', 'version', 'audit', 'verify', 'stats', 'dot', 'manifest'],
    code: 'unknown-command',
    message: 'Leave the query out: use "apk upgrade --no-cache <package>" for the packages of the plan.',
  },
];

/**
 * What vetting recognises of apk-tools 2 and 3: apk(8) and the pages of its commands, and of apk-world(5)'s constraints
 * the forms `name`, `name=version` and `name>=version`; `name@tag`, `name~version`, `!name`, `so:` and `cmd:` names are
 * refused. Where `add` is proposed, the script upgrades all the same, so that `/etc/apk/world` stays as it is.
 */
export const APK_GRAMMAR: Grammar = {
  commands: [{ names: ['apk'], flags: COMMON_FLAGS, verbs: VERBS }],
  environment: [],
  cachePaths: ['/var/cache/apk', '/var/cache/apk/', '/var/cache/apk/*'],
  packages: {
    architectures: [],
    operators: ['=', '>='],
    upperBounds: ['<', '<='],
    spacedOperators: false,
    hyphenVersions: false,
    modifiers: [],
    groupPrefixes: [],
    fileSuffixes: ['.apk'],
  },
};
