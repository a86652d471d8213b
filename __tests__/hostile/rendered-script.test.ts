import fc from 'fast-check';
import { MemoryFindingTable } from '../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../adapters/local/memory-script-store';
import type { PatchProposal } from '../../domain/author/proposal';
import type { GoldenImage } from '../../domain/config/golden-image';
import { undeclaredImage } from '../../domain/config/golden-image';
import { ecosystemOf, implementedEcosystems } from '../../domain/ecosystems';
import type { Ecosystem, EcosystemId } from '../../domain/ecosystems/ecosystem';
import { BadInputError } from '../../domain/errors';
import { parseRecord } from '../../domain/finding/parse-record';
import type { ScriptInput } from '../../domain/script/script-input';
import { makeGeneratePatch } from '../../functions/generate-patch/generate-patch';
import { makeIngestFinding } from '../../functions/ingest-finding/ingest-finding';
import { HOSTILE_TEXTS } from '../support/hostile-texts';
import { ecrResource, inspectorEvent, inspectorFinding, inspectorPackage } from '../unit/finding/inspector-sample';
import { silent } from '../unit/table/samples';

/** Everything that names and versions of any package manager are made of, and no more. */
const WORD = /^[A-Za-z0-9+._~^:-]*$/;
const TARGET = /^ {2}target '(?<action>upgrade|remove)' '(?<name>[^']+)' '(?<floor>[^']+)' '(?<source>[^']*)'$/;
const HEADER: readonly RegExp[] = [
  /^#!\/bin\/sh$/,
  /^# golden-images patch script; rendered, do not edit$/,
  /^# golden image: [a-z0-9][a-z0-9._/-]*$/,
  /^# plan: [0-9a-f]+$/,
  /^# attempt: [0-9]+$/,
  /^# ecosystem: [a-z]+$/,
  /^$/,
  /^plan\(\) \{$/,
];

/** Platform under which Inspector reports an ecosystem's images. */
const PLATFORMS: Readonly<Record<EcosystemId, string>> = {
  apt: 'DEBIAN_12',
  apk: 'ALPINE_3_20',
  dnf: 'AMAZON_LINUX_2023',
  yum: 'AMAZON_LINUX_2',
  microdnf: 'ROCKY_LINUX_9',
  zypper: 'SUSE_SERVER_15_5',
};

const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...Array.from('\'"$`\\;|&<>(){}*?~#!\n\t -=a0.')) }),
);
const packageName = fc.constantFrom('openssl', 'libc6', 'g++', 'linux', 'python3.11', 'glibc');
const version = fc.constantFrom('3.0.11-1~deb12u2', '1:2.3-4', '8.5.0-1.amzn2023.0.4', '1.2.3-r4', '2.36');
const mixed = (good: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: good },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.tuple(good, hostileText).map(([left, right]) => left + right) },
  );

/** What a script of the ecosystem consists of beside its data: everything after `plan`. */
function fixedText(ecosystem: Ecosystem): string {
  const script = ecosystem.renderScript({
    image: 'a',
    planHash: '0'.repeat(64),
    attempt: 1,
    targets: [{ package: 'openssl', floor: '1.2.3-r4', action: 'upgrade' }],
  });
  return script.slice(script.indexOf('\n}\n'));
}

/** Asserts that a script differs from the fixed text in nothing but quoted words of the alphabet. @returns its names */
function expectOnlyData(script: string, ecosystem: Ecosystem): string[] {
  const end = script.indexOf('\n}\n');
  expect(script.slice(end)).toBe(fixedText(ecosystem));
  const lines = script.slice(0, end).split('\n');
  HEADER.forEach((form, index) => {
    expect(lines[index]).toMatch(form);
  });
  return lines.slice(HEADER.length).flatMap((line) => {
    if (/^ {2}(?:ecosystem='[a-z]+'|source_names='[a-z]+'|releasever='[0-9A-Za-z._]*')$/.test(line)) return [];
    const { name = '', floor = '', source = '' } = TARGET.exec(line)?.groups ?? {};
    expect([line, ecosystem.isPackageName(name), ecosystem.isVersion(floor)]).toEqual([line, true, true]);
    for (const word of [name, floor, source]) expect(word).toMatch(WORD);
    if (source !== '') expect(ecosystem.isPackageName(source)).toBe(true);
    return [name];
  });
}

describe.each(implementedEcosystems.map((ecosystem) => [ecosystem.id, ecosystem] as const))('%s', (id, ecosystem) => {
  it('renders nothing but its fixed text and quoted words of its alphabet, or refuses', () => {
    const target = fc.record({
      package: mixed(packageName),
      floor: mixed(version),
      action: fc.constantFrom('upgrade' as const, 'remove' as const),
      source: fc.option(mixed(packageName), { nil: undefined }),
    });
    const input = fc.record({
      image: mixed(fc.constantFrom('golden/debian-12', 'a')),
      planHash: mixed(fc.constant('0123456789abcdef'.repeat(4))),
      attempt: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.double()),
      targets: fc.array(target, { maxLength: 4 }),
      releasever: fc.option(mixed(fc.constantFrom('latest', '2023.5.20240819')), { nil: undefined }),
    });
    let rendered = 0;
    fc.assert(
      fc.property(input, ({ targets, releasever, ...rest }) => {
        const checked: ScriptInput = {
          ...rest,
          targets: targets.map(({ source, ...one }) => ({ ...one, ...(source !== undefined && { source }) })),
          ...(releasever !== undefined && { releasever }),
        };
        let script: string;
        try {
          script = ecosystem.renderScript(checked);
        } catch (error) {
          expect(error).toBeInstanceOf(BadInputError);
          return;
        }
        rendered++;
        expectOnlyData(script, ecosystem);
      }),
      { numRuns: 3000 },
    );
    expect(rendered).toBeGreaterThan(20);
  });

  it('gets nothing of a finding or of proposed commands into a script but names of the plan', async () => {
    const finding = fc.record({
      packages: fc.array(fc.record({ name: mixed(packageName), version: mixed(version), fixed: mixed(version) }), {
        minLength: 1,
        maxLength: 4,
      }),
      vulnerabilityId: mixed(fc.constantFrom('CVE-2026-1', 'ALAS2023-2026-1')),
      tag: mixed(fc.constant('stable')),
      arn: mixed(fc.constant('arn:aws:inspector2:us-east-1:123456789012:finding/1')),
    });
    const command = fc.oneof(
      mixed(
        fc.constantFrom(...ecosystem.proposeCommands(['openssl'], []), ...ecosystem.proposeCommands([], ['openssl'])),
      ),
      hostileText,
    );
    const image: GoldenImage = { ...undeclaredImage('golden/debian-12'), releasever: 'latest' };
    let planned = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(finding, { minLength: 1, maxLength: 5 }),
        fc.array(command),
        async (findings, commands) => {
          const table = new MemoryFindingTable();
          const scripts = new MemoryScriptStore();
          const clock = (): Date => new Date('2024-06-01T00:00:00Z');
          const estate = { byRepository: new Map([[image.repository, image]]), exceptions: [] };
          const ingest = makeIngestFinding({ table, estate, clock, logger: silent });
          const facts = findings.flatMap(
            ({ packages, vulnerabilityId, tag, arn }) =>
              parseRecord(eventOf(id, packages, vulnerabilityId, tag, arn)).findings,
          );
          await ingest(facts);
          const authors = {
            choice: 'bedrock-then-rules' as const,
            model: { propose: async (): Promise<PatchProposal> => await Promise.resolve(proposal(commands)) },
          };
          const result = await makeGeneratePatch({ table, scripts, authors, clock, logger: silent })(image);
          if (result.did !== 'planned') return;
          planned++;
          const ecosystemOfPatch = ecosystemOf(result.patch.ecosystem as EcosystemId)!;
          const names = expectOnlyData(await scripts.getScript(result.patch.scriptUri), ecosystemOfPatch);
          expect(names).toEqual(result.patch.targets.map((target) => target.package));
          const known = new Set(facts.map((fact) => (fact.package === 'linux' ? 'linux-libc-dev' : fact.package)));
          expect(names.filter((name) => !known.has(name) && !facts.some((fact) => fact.package === name))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
    expect(planned).toBeGreaterThan(20);
  });
});

function proposal(commands: readonly string[]): PatchProposal {
  return { author: 'bedrock', commands, notFixable: [], explanation: '$(id)' };
}

function eventOf(
  id: EcosystemId,
  packages: readonly { name: string; version: string; fixed: string }[],
  vulnerabilityId: string,
  tag: string,
  arn: string,
): unknown {
  const vulnerable = packages.map(({ name, version: installed, fixed }) =>
    inspectorPackage({ name, version: installed, release: null, fixedInVersion: fixed }),
  );
  return inspectorEvent(
    inspectorFinding(vulnerable, {
      findingArn: arn,
      packageVulnerabilityDetails: { vulnerabilityId, vulnerablePackages: vulnerable },
      resources: [ecrResource({ platform: PLATFORMS[id], imageTags: [tag] })],
    }),
  );
}
