import type { ModuleAction } from '../../vetting/operations';
import type { ArgumentRule, FlagRule, Grammar, PackageSyntax, VerbRule } from '../../vetting/grammar';

/** A release of Amazon Linux 2023 that repositories are resolved at: `latest`, `2023` or `2023.<minor>.<date>`. */
const AL2023_RELEASE = /^(?:latest|2023|2023\.[0-9]{1,3}\.20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))$/;

/** `--releasever` of dnf and microdnf: the release stands in the operation. */
export const RELEASE_FLAG: FlagRule = {
  kind: 'value',
  names: ['--releasever'],
  values: [AL2023_RELEASE],
  means: 'release',
};

/** How dnf and its relatives write packages: name, name.arch, name-[epoch:]version[-release][.arch], `name >= version`. */
const RPM_PACKAGES: PackageSyntax = {
  architectureSeparator: '.',
  architectures: ['x86_64', 'aarch64', 'noarch', 'i686', 'i386'],
  operators: ['=', '>='],
  upperBounds: ['<', '<='],
  spacedOperators: true,
  hyphenVersions: true,
  modifiers: [],
  groupPrefixes: ['@'],
  fileSuffixes: ['.rpm'],
};

/** Flags that narrow an upgrade to advisories. */
export const ADVISORY_FLAGS: readonly FlagRule[] = [
  { kind: 'switch', names: ['--security'] },
  {
    kind: 'value',
    names: ['--advisory', '--advisories'],
    values: [/^[A-Z][A-Za-z0-9]{1,30}(?:[-:][A-Za-z0-9]{1,30}){1,6}$/],
  },
  { kind: 'value', names: ['--cve', '--cves'], values: [/^CVE-[0-9]{4}-[0-9]{4,19}$/] },
];

/** What differs between dnf and its relatives, as data. */
export interface DnfFamilyGrammar {
  readonly command: 'dnf' | 'yum' | 'microdnf';
  /** The flags that every verb takes. Those that none of the family may have are added. */
  readonly flags: readonly FlagRule[];
  readonly advisoryFlags: readonly FlagRule[];
  /** Verbs that upgrade the packages named. */
  readonly upgradeVerbs: readonly string[];
  readonly removeVerbs: readonly string[];
  /** What may follow `module`; none where the package manager has no modules. */
  readonly moduleActions: readonly ModuleAction[];
  /** Arguments of `makecache`. */
  readonly makecache: ArgumentRule;
  /** Words of `clean`. */
  readonly cleanWords: readonly string[];
  readonly cachePaths: readonly string[];
}

function refusedFlags(command: string): FlagRule[] {
  return [
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
      names: [
        ...['-c', '--config', '--installroot', '--forcearch', '-x', '--exclude', '--excludepkgs', '--disableexcludes'],
        ...['--disableplugin', '--enableplugin'],
      ],
      takesValue: true,
      code: 'flag-not-allowed',
      message: `Drop the flag: the image's own ${command} configuration is used.`,
    },
    {
      kind: 'refused',
      names: [
        ...['-d', '--debuglevel', '-e', '--errorlevel', '--rpmverbosity', '-R', '--randomwait', '--comment'],
        ...['--destdir', '--downloaddir'],
      ],
      takesValue: true,
      code: 'flag-not-allowed',
      message: 'Drop the flag: the command works without it.',
    },
  ];
}

function packageVerb(
  names: readonly string[],
  operation: 'upgrade' | 'remove',
  whenNone: { readonly code: 'incomplete' | 'package-not-in-targets'; readonly message: string },
  flags: readonly FlagRule[],
): VerbRule {
  return { kind: 'operation', names, operation, arguments: { kind: 'packages', whenNone }, flags };
}

/** `module`, which without a name of a stream that policy allows changes nothing. */
function moduleVerb(actions: readonly ModuleAction[], upgrade: string): VerbRule {
  if (actions.length > 0) {
    return {
      kind: 'operation',
      names: ['module'],
      operation: 'module',
      arguments: { kind: 'modules', actions },
      flags: [],
    };
  }
  const message = `Use "${upgrade}" for the packages of the plan.`;
  return { kind: 'refused', names: ['module'], code: 'unknown-command', message };
}

function refusedVerbs(upgrade: string): VerbRule[] {
  return [
    {
      kind: 'refused',
      names: ['downgrade'],
      code: 'downgrade',
      message: `Use "${upgrade}": packages are only raised.`,
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
      names: [
        ...['reinstall', 'swap', 'distro-sync', 'distrosync', 'distribution-synchronization', 'dsync', 'localinstall'],
        ...['localupdate', 'group', 'groupinstall', 'groupupdate', 'shell', 'upgrade-to', 'update-to'],
      ],
      code: 'unknown-command',
      message: `Use "${upgrade}" for the packages of the plan.`,
    },
    {
      kind: 'refused',
      names: [
        'config-manager',
        'copr',
        'builddep',
        'debuginfo-install',
        'history',
        'system-upgrade',
        'load-transaction',
      ],
      code: 'unknown-command',
      message: 'Leave the command out: only packages of the plan are upgraded, from the configured repositories.',
    },
  ];
}

/** The grammar of dnf or one of its relatives: the closed lists of the family with what differs put in. */
export function dnfFamilyGrammar(spec: DnfFamilyGrammar): Grammar {
  const { command, advisoryFlags } = spec;
  const upgrade = `${command} ${spec.upgradeVerbs[0] ?? 'upgrade'} -y <package>`;
  const verbs: VerbRule[] = [
    { kind: 'operation', names: ['makecache'], operation: 'refresh', arguments: spec.makecache, flags: [] },
    packageVerb(
      spec.upgradeVerbs,
      'upgrade',
      {
        code: 'package-not-in-targets',
        message: `Name the packages, "${upgrade}": without names all of them are upgraded.`,
      },
      advisoryFlags,
    ),
    packageVerb(
      ['install'],
      'upgrade',
      { code: 'incomplete', message: `Name the packages: "${upgrade}".` },
      advisoryFlags,
    ),
    packageVerb(
      spec.removeVerbs,
      'remove',
      { code: 'incomplete', message: 'Name the packages to remove, or leave the command out.' },
      [],
    ),
    {
      kind: 'operation',
      names: ['clean'],
      operation: 'clean',
      arguments: { kind: 'words', words: spec.cleanWords },
      flags: [],
    },
    moduleVerb(spec.moduleActions, upgrade),
    ...refusedVerbs(upgrade),
  ];
  return {
    commands: [{ names: [command], flags: [...spec.flags, ...refusedFlags(command)], verbs }],
    environment: [],
    cachePaths: spec.cachePaths,
    packages: RPM_PACKAGES,
  };
}
