import fc from 'fast-check';
import { implementedEcosystems } from '../../domain/ecosystems';
import type { Ecosystem, EcosystemId } from '../../domain/ecosystems/ecosystem';
import { scriptInputOf } from '../../domain/script/compose-script';
import type { VettingContext } from '../../domain/vetting/operations';
import { vet } from '../../domain/vetting/vet';
import { HOSTILE_TEXTS } from '../support/hostile-texts';

const FLOOR = '1.2.3-r4';
const CONTEXT: VettingContext = {
  targets: [
    { package: 'libssl3', floor: FLOOR, binaries: ['openssl'], replacements: ['libssl3t64'] },
    { package: 'linux-libc-dev', floor: FLOOR },
  ],
  removable: ['linux-libc-dev', 'gcc', 'libc6-dev'],
  companions: ['libldap2', 'g++'],
  moduleStreams: ['nodejs:20', 'php:8.2'],
};
const TARGETS = CONTEXT.targets.map(({ package: name, floor }) => ({
  ecosystem: 'any',
  package: name,
  floor,
  action: 'upgrade' as const,
  vulnerabilities: [],
}));
const NAMES = ['libssl3', 'openssl', 'libssl3t64', 'linux-libc-dev', 'gcc', 'libc6-dev', 'libldap2', 'g++', 'evil'];

/** Every line of data that a script may have for this context, whatever an author wrote. */
const LINES: readonly RegExp[] = [
  /^ {2}ecosystem='[a-z]+'$/,
  /^ {2}source_names='(?:always|fallback)'$/,
  /^ {2}releasever='(?:latest|2023\.5\.20240819|2023\.6\.20241010)'$/,
  /^ {2}streams='(?:nodejs:20|php:8\.2|nodejs:20 php:8\.2|php:8\.2 nodejs:20)'$/,
  /^ {2}target 'upgrade' 'libssl3' '1\.2\.3-r4' ''(?: 'libssl3t64')?$/,
  /^ {2}target '(?:upgrade|remove)' 'linux-libc-dev' '1\.2\.3-r4' ''$/,
  /^ {2}companion 'upgrade' '(?:libldap2|g\+\+)'$/,
  /^ {2}companion 'remove' '(?:gcc|libc6-dev)'$/,
];

const COMMANDS: Readonly<Record<EcosystemId, readonly string[]>> = {
  apt: ['apt-get install -y', 'apt-get purge -y', 'apt-get update #'],
  apk: ['apk upgrade', 'apk add -u', 'apk del', 'apk update #'],
  dnf: ['dnf upgrade -y', 'dnf remove -y', 'dnf module enable -y', 'dnf module reset -y', 'dnf module switch-to'],
  yum: ['yum update -y', 'yum remove -y', 'yum module enable -y'],
  microdnf: ['microdnf upgrade -y', 'microdnf remove -y', 'microdnf module enable -y', 'microdnf module reset'],
  zypper: ['zypper -n update', 'zypper -n remove', 'zypper -n refresh #'],
};

function dataAndRest(script: string): [data: string[], rest: string] {
  const start = script.indexOf('plan() {\n') + 'plan() {\n'.length;
  const end = script.indexOf('\n}\n');
  return [script.slice(start, end).split('\n'), script.slice(0, start) + script.slice(end)];
}

function render(ecosystem: Ecosystem, commands: readonly string[]): { verdict: string; script: string } {
  const vetted = vet(commands, ecosystem, CONTEXT);
  const plan = { image: 'a', planHash: 'ab'.repeat(32), targets: TARGETS, releasever: 'latest' };
  return { verdict: vetted.verdict, script: ecosystem.renderScript(scriptInputOf(plan, vetted, 1, CONTEXT)) };
}

describe.each(implementedEcosystems.map((one) => [one.id, one] as const))('%s', (id, ecosystem) => {
  const argument = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...NAMES.slice(0, -1)) },
    { weight: 3, arbitrary: fc.constantFrom('nodejs:20', 'php:8.2', 'nodejs', '-y') },
    { weight: 2, arbitrary: fc.constantFrom('--releasever=2023.5.20240819', '--releasever=latest') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...['evil', 'nodejs:18', 'nodejs:20/minimal', "'nodejs:20;id'", '--releasever=2023.6.20241010', '--enable'],
        ...["--releasever='2023.5.20240819;id'", '--allowerasing', 'libssl3-', 'libldap2=1', 'gcc=1', 'php:8.2:1:x'],
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  );
  const command = fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(fc.constantFrom(...COMMANDS[id]), fc.array(argument, { minLength: 1, maxLength: 3 }))
        .map(([start, rest]) => `${start} ${rest.join(' ')}`),
    },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  );

  it('whatever an author writes, a script has nothing but the fixed text and what the context lists', () => {
    const [, fixed] = dataAndRest(render(ecosystem, []).script);
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 3 }), (commands) => {
        const { verdict, script } = render(ecosystem, commands);
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
        const [data, rest] = dataAndRest(script);
        expect(rest).toBe(fixed);
        expect(data.filter((line) => !LINES.some((form) => form.test(line)))).toEqual([]);
        expect(new Set(data).size).toBe(data.length);
        expect(data.filter((line) => line.startsWith('  target '))).toHaveLength(TARGETS.length);
        if (verdict === 'refused') expect(data.some((line) => /companion|streams|'remove'/.test(line))).toBe(false);
      }),
      { numRuns: 2000 },
    );
    // The property would hold of a vetting that takes nothing, too.
    expect(seen.get('accepted')).toBeGreaterThan(40);
    expect(seen.get('refused')).toBeGreaterThan(40);
  });
});
