import { commandGuide } from '../../../domain/author/command-guide';
import { requireEcosystem } from '../../../domain/ecosystems';
import { ECOSYSTEM_IDS, type EcosystemId } from '../../../domain/ecosystems/ecosystem';
import type { CommandRule, FlagRule, VerbRule } from '../../../domain/vetting/grammar';
import type { VettingContext } from '../../../domain/vetting/operations';
import { vet } from '../../../domain/vetting/vet';

type OperationVerb = Extract<VerbRule, { kind: 'operation' }>;

const CONTEXT: VettingContext = {
  targets: [{ package: 'openssl', floor: '1.0' }],
  removable: ['wget'],
  moduleStreams: ['nodejs:20'],
};

/** One verb as the guide tells it. */
interface ToldVerb {
  readonly command: string;
  readonly verb: string;
  /** Switches of the verb and of the command. */
  readonly switches: readonly string[];
}

/** Reads the guide as a model does: commands, their verbs, and the switches of each. */
function readGuide(guide: string): ToldVerb[] {
  const told: { command: string; verb: string; own: string[] }[] = [];
  const common = new Map<string, string[]>();
  let command = '';
  for (const line of guide.split('\n')) {
    const flags = /^ {2}flags of every verb: (.*)$/.exec(line);
    const verbs = /^ {2}([a-z-]+(?: \| [a-z-]+)*)/.exec(line);
    const own = /\(flags (.*)\)/.exec(line)?.[1] ?? '';
    if (line.endsWith(' with one of:')) command = line.replace(' with one of:', '');
    else if (flags !== null) common.set(command, switchesIn(flags[1] ?? ''));
    else if (verbs !== null)
      for (const verb of (verbs[1] ?? '').split(' | ')) told.push({ command, verb, own: switchesIn(own) });
  }
  return told.map(({ own, ...rest }) => ({ ...rest, switches: [...own, ...(common.get(rest.command) ?? [])] }));
}

function switchesIn(list: string): string[] {
  return list.split(', ').filter((flag) => /^-[^ |]+$/.test(flag));
}

function operationsOf(rule: CommandRule): OperationVerb[] {
  return rule.verbs.filter((verb) => verb.kind === 'operation');
}

function ruleOf(id: EcosystemId, { command, verb }: ToldVerb): OperationVerb | undefined {
  const rule = requireEcosystem(id).grammar.commands.find(({ names }) => names.includes(command));
  return rule === undefined ? undefined : operationsOf(rule).find(({ names }) => names.includes(verb));
}

/** The least that must follow a verb. */
function argumentsOf({ arguments: rule, operation }: OperationVerb): string {
  switch (rule.kind) {
    case 'none':
      return '';
    case 'words':
      return ` ${rule.words[0] ?? ''}`;
    case 'packages':
      return operation === 'remove' ? ' wget' : ' openssl';
    case 'modules':
      return rule.actions[0] === 'reset' ? ' reset nodejs' : ` ${rule.actions[0] ?? ''} nodejs:20`;
  }
}

function named(rules: readonly FlagRule[], kinds: readonly FlagRule['kind'][]): string[] {
  return rules.filter(({ kind }) => kinds.includes(kind)).flatMap(({ names }) => names);
}

describe.each(ECOSYSTEM_IDS)('the guide of %s', (id) => {
  const ecosystem = requireEcosystem(id);
  const guide = commandGuide(ecosystem);
  const told = readGuide(guide);

  it('names every command with every verb that vetting takes, and no other', () => {
    const taken = ecosystem.grammar.commands.flatMap((rule) =>
      rule.names.flatMap((name) => operationsOf(rule).flatMap((verb) => verb.names.map((one) => `${name} ${one}`))),
    );
    expect(told.map(({ command, verb }) => `${command} ${verb}`)).toEqual(taken);
  });

  it('every verb that it names is accepted, alone and with each switch that it names, before and after it', () => {
    let accepted = 0;
    for (const one of told) {
      const rule = ruleOf(id, one);
      expect(rule).toBeDefined();
      if (rule === undefined) continue;
      const rest = argumentsOf(rule);
      for (const flag of ['', ...one.switches]) {
        for (const command of [
          `${one.command} ${one.verb} ${flag}${rest}`,
          `${one.command} ${flag} ${one.verb}${rest}`,
        ]) {
          const verdict = vet([command], ecosystem, CONTEXT);
          expect([command, verdict.verdict, verdict.refusals]).toEqual([command, 'accepted', []]);
          accepted++;
        }
      }
    }
    expect(accepted).toBeGreaterThan(20);
  });

  it('names every switch of the grammar, and no flag or verb that is refused', () => {
    for (const rule of ecosystem.grammar.commands) {
      for (const verb of operationsOf(rule)) {
        const all = [...rule.flags, ...verb.flags];
        const line = told.find((one) => one.verb === verb.names[0] && rule.names.includes(one.command));
        expect([...(line?.switches ?? [])].sort()).toEqual(named(all, ['switch']).sort());
        const refused = named(all, ['refused']).filter((flag) => !named(all, ['switch', 'value']).includes(flag));
        expect(refused.filter((flag) => line?.switches.includes(flag) === true)).toEqual([]);
      }
      const refusedVerbs = rule.verbs.filter(({ kind }) => kind === 'refused').flatMap(({ names }) => names);
      expect(told.filter(({ verb }) => refusedVerbs.includes(verb))).toEqual([]);
    }
  });

  it('names every flag that takes a value, with each of its values', () => {
    const flags = ecosystem.grammar.commands.flatMap((rule) => [
      ...rule.flags,
      ...operationsOf(rule).flatMap((verb) => verb.flags),
    ]);
    for (const flag of flags) {
      if (flag.kind !== 'value') continue;
      const values = flag.values.map((value) => (typeof value === 'string' ? value : `/${value.source}/`));
      expect(guide).toContain(`${flag.names.join('|')} ${values.join(' or ')}`);
    }
  });

  it('tells the words without which a verb is refused', () => {
    for (const rule of ecosystem.grammar.commands) {
      for (const verb of operationsOf(rule)) {
        const head = `  ${verb.names.join(' | ')}`;
        const line = guide.split('\n').find((one) => one.startsWith(head)) ?? '';
        const told = line
          .slice(head.length)
          .replace(/ \(flags .*\)/, '')
          .replace(/: [a-z]+$/, '');
        if (verb.arguments.kind === 'words') for (const word of verb.arguments.words) expect(told).toContain(word);
        if (verb.arguments.kind === 'modules')
          for (const action of verb.arguments.actions) expect(told).toContain(action);
      }
    }
  });

  it('its example is accepted for a package of the plan', () => {
    const example = /^Example: (.*)$/m.exec(guide)?.[1]?.replaceAll('PACKAGE', 'openssl') ?? '';
    const verdict = vet([example], ecosystem, CONTEXT);
    expect([example, verdict.verdict, verdict.uncovered]).toEqual([example, 'accepted', []]);
  });

  it('is plain ASCII without the characters that could end its block, and the same every time', () => {
    expect(guide).toMatch(/^[\n\x20-;=?-~]*$/);
    expect(commandGuide(ecosystem)).toBe(guide);
  });
});

it.each([
  ['apt', 'openssl=1.0'],
  ['apk', 'openssl=1.0'],
  ['zypper', 'openssl=1.0'],
] as const)('how a version is named is what %s takes', (id, argument) => {
  const ecosystem = requireEcosystem(id);
  expect(commandGuide(ecosystem)).toContain('Package arguments: NAME, or NAME=VERSION.');
  const verb = { apt: 'apt-get install', apk: 'apk upgrade', zypper: 'zypper update' }[id];
  expect(vet([`${verb} ${argument}`], ecosystem, CONTEXT).verdict).toBe('accepted');
});
