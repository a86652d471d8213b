import fc from 'fast-check';
import { vettingContextOf } from '../../../domain/author/vetting-context';
import { requireEcosystem } from '../../../domain/ecosystems';
import type { Ecosystem, EcosystemId } from '../../../domain/ecosystems/ecosystem';
import { ECOSYSTEM_IDS } from '../../../domain/ecosystems/ecosystem';
import { makePlan } from '../../../domain/plan/plan';
import { scriptInputOf } from '../../../domain/script/compose-script';
import { vet } from '../../../domain/vetting/vet';
import { ESTATES } from './estates';
import { IDIOMS } from './replies/idioms';

const RUNS = 1_500;

/** Commands that are accepted, beside the idiom of rules. */
const MORE: Readonly<Record<EcosystemId, readonly string[]>> = {
  apt: [
    'DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-confold install -y --only-upgrade libcurl4',
    "apt-get install -y 'openssl=3.0.11-1~deb12u2' libssl3:amd64 ca-certificates",
    'set -eux; apt-get update && apt-get -yq remove --purge gcc-12 && rm -rf /var/cache/apt/archives/*.deb',
  ],
  apk: [
    "apk add --no-cache --upgrade 'openssl>=3.1.4-r6'",
    'apk -U upgrade busybox ssl_client',
    'apk del linux-headers',
  ],
  dnf: [
    'dnf -y --setopt=install_weak_deps=False upgrade --releasever=2023.4.20240416 openssl-libs-1:3.0.8-1.amzn2023.0.12',
    'dnf module enable -y nodejs:20; dnf remove -y vim-minimal',
    "dnf install -y 'curl-minimal >= 8.5.0-1.amzn2023.0.4' libcurl-minimal.x86_64",
  ],
  yum: [
    'yum update -y --security libxml2.x86_64',
    'yum -y update openssl-libs-1.0.2k-24.amzn2.0.12 && rm -rf /var/cache/yum/*',
  ],
  microdnf: [
    'microdnf -y --nodocs update glibc glibc-common',
    'microdnf module enable -y nodejs:20',
    'microdnf remove gnupg2',
  ],
  zypper: ["zypper -n in 'curl >= 8.0.1-150400.5.41.1'", 'zypper -n rm vim-small', 'zypper -nq up -l libcurl4.x86_64'],
};

/** What a hand that means harm would put in. */
const INSERTS = [
  ...Array.from('$`|&;<>(){}[]*?!~#\'"\\\n\t\r =%^@:,./+-_0aZ'),
  ...[
    '&&',
    '||',
    '>>',
    '<<',
    '$(',
    '${',
    "$'",
    '\\\n',
    ' -',
    ' --',
    '..',
    '/',
    'http://',
    ' pwn',
    '-',
    '+',
    '^',
    '=0',
    '<1',
    '~',
  ],
  ...[
    '\0',
    '\u001b',
    '\u0085',
    '\u00a0',
    '\u00ad',
    '\u0430',
    '\u200b',
    '\u202e',
    '\u2028',
    '\ufeff',
    '\uff0d',
    '\ud800',
    '\u{1f4a3}',
  ],
];

interface Estate {
  readonly ecosystem: Ecosystem;
  readonly benign: readonly string[];
  /** Names that an operation may have. */
  readonly names: ReadonlySet<string>;
  /** The script that the operations of some commands become; undefined where they are refused. */
  readonly scriptOf: (
    command: string,
  ) => { script: string; names: readonly string[]; modules: readonly string[] } | undefined;
}

function estateOf(id: EcosystemId): Estate {
  const { image, findings, packages = [] } = ESTATES[id];
  const ecosystem = requireEcosystem(id);
  const plan = makePlan(
    image,
    findings.map(({ floor = '', ...finding }) => ({ ...finding, floor })),
  )!;
  const context = vettingContextOf(plan, { policy: image.policy, packages });
  const known = context.targets.flatMap((target) => [
    target.package,
    ...(target.binaries ?? []),
    ...(target.replacements ?? []),
  ]);
  return {
    ecosystem,
    benign: [
      ...IDIOMS[id].flat(),
      ...MORE[id],
      ...ecosystem.proposeCommands(
        plan.targets.map((target) => target.package),
        [],
      ),
    ],
    names: new Set([...known, ...(context.companions ?? []), ...(context.removable ?? [])]),
    scriptOf: (command) => {
      const verdict = vet([command], ecosystem, context);
      if (verdict.verdict === 'refused') {
        expect([verdict.operations, verdict.refusals.length > 0]).toEqual([[], true]);
        return undefined;
      }
      const names = verdict.operations.flatMap((item) =>
        'packages' in item ? item.packages.map((spec) => spec.name) : [],
      );
      const modules = verdict.operations.flatMap((item) =>
        item.kind === 'module' && item.stream !== undefined ? [`${item.module}:${item.stream}`] : [],
      );
      return { script: ecosystem.renderScript(scriptInputOf(plan, verdict, 1, context)), names, modules };
    },
  };
}

/** One change: an insert, a cut, a swap of pieces, another case. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(200), text: fc.constantFrom(...INSERTS) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(200),
    text: fc.string({ unit: 'binary', maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(200), length: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant('case' as const), at: fc.nat(200), length: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant('splice' as const), at: fc.nat(200), from: fc.nat(200), other: fc.nat(20) }),
);

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(text: string, made: Change, benign: readonly string[]): string {
  const at = made.at % (text.length + 1);
  switch (made.kind) {
    case 'insert':
      return text.slice(0, at) + made.text + text.slice(at);
    case 'cut':
      return text.slice(0, at) + text.slice(at + made.length);
    case 'case': {
      const piece = text.slice(at, at + made.length);
      const other = piece === piece.toLowerCase() ? piece.toUpperCase() : piece.toLowerCase();
      return text.slice(0, at) + other + text.slice(at + made.length);
    }
    case 'splice': {
      const other = benign[made.other % benign.length]!;
      return text.slice(0, at) + other.slice(made.from % (other.length + 1));
    }
  }
}

const DATA =
  /^ {2}(?:target '(?:upgrade|remove)' '[^']+' '[^']+' '[^']*'(?: '[^']+')?|companion '(?:upgrade|remove)' '[^']+'|streams='[^']+'|releasever='[^']*'|ecosystem='[a-z]+'|source_names='[a-z]+')$/;

/** Lines of `plan`, and everything else. */
function parts(script: string): { data: string[]; fixed: string } {
  const start = script.indexOf('plan() {\n') + 'plan() {\n'.length;
  const end = script.indexOf('\n}\n');
  return { data: script.slice(start, end).split('\n'), fixed: script.slice(0, start) + script.slice(end) };
}

describe.each(ECOSYSTEM_IDS)('%s: whatever is made of a good command', (id) => {
  const { ecosystem, benign, names, scriptOf } = estateOf(id);

  it('the good ones are accepted', () => {
    expect(benign.filter((command) => scriptOf(command) === undefined)).toEqual([]);
  });

  it('it is refused, or means what policy allows, and the script differs in quoted data only', () => {
    const { fixed } = parts(scriptOf(benign[0]!)!.script);
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...benign), fc.array(change, { minLength: 1, maxLength: 3 }), (command, changes) => {
        const text = changes.reduce((now, made) => changed(now, made, benign), command);
        const result = scriptOf(text);
        if (result === undefined) return;
        accepted += 1;
        const policy = ESTATES[id].image.policy.moduleStreams;
        expect([
          ...result.names.filter((name) => !names.has(name)),
          ...result.modules.filter((one) => !policy.includes(one)),
        ]).toEqual([]);
        const { data, fixed: rest } = parts(result.script);
        expect(rest).toBe(fixed);
        for (const line of data) expect(line).toMatch(DATA);
        for (const [, word = ''] of data.join('\n').matchAll(/'([^']*)'/g))
          expect(word).toMatch(/^[A-Za-z0-9+._~^: -]*$/);
        for (const line of data.filter((one) => one.startsWith('  companion')))
          expect(names).toContain(/'([^']*)'$/.exec(line)?.[1]);
      }),
      { numRuns: RUNS },
    );
    // A property that only ever sees refusals says nothing.
    expect(accepted).toBeGreaterThan(RUNS / 50);
    expect(ecosystem.id).toBe(id);
  });
});
