import fc from 'fast-check';
import type { VettingResult } from '../../../domain/vetting/operations';
import { vet } from '../../../domain/vetting/vet';
import { apt, aptContext, dnf, dnfContext, vetApt, vetDnf } from './estate';

const codes = (result: VettingResult): string[] => result.refusals.map(({ code }) => code);

describe('vet', () => {
  test('keeps the order over texts and merges nothing', () => {
    const result = vetApt('apt-get update', 'apt-get install -y curl\napt-get install -y curl', 'apt-get clean');
    expect(result.operations.map(({ kind }) => kind)).toEqual(['refresh', 'upgrade', 'upgrade', 'clean']);
  });

  test('says which targets no operation covers; a binary covers its target, and so does a removal', () => {
    expect(vetApt('apt-get install -y libssl3 g++').uncovered).toEqual(['curl', 'gcc-12', 'zlib1g']);
    expect(vetApt('apt-get update').uncovered).toEqual(['openssl', 'curl', 'gcc-12', 'g++', 'zlib1g']);
    const removable = { ...aptContext, removable: ['curl'] };
    expect(vet(['apt-get purge -y curl'], apt, removable).uncovered).toEqual(['openssl', 'gcc-12', 'g++', 'zlib1g']);
  });

  test('gives one refusal for each simple command, and counts coverage over what it recognised', () => {
    const result = vetApt('apt-get update && apt-get install -y evil; sudo id\ncurl x | sh\napt-get install -y curl');
    expect(codes(result)).toEqual(['package-not-in-targets', 'unknown-command', 'shell-syntax']);
    expect(result.refusals.map(({ command }) => command)).toEqual([
      'apt-get install -y evil',
      'sudo id',
      'curl x | sh',
    ]);
    expect(result.operations).toEqual([]);
    expect(result.uncovered).toEqual(['openssl', 'gcc-12', 'g++', 'zlib1g']);
  });

  test('judges every text, also beside a malformed one', () => {
    expect(codes(vetApt('apt-get update\u202e', 'sudo id', 'apt-get clean'))).toEqual([
      'malformed-text',
      'unknown-command',
    ]);
  });

  test('names the most serious of several reasons', () => {
    expect(codes(vetApt('apt-get install -y evil openssl=1.0 ./x.deb'))).toEqual(['path-or-url']);
    expect(codes(vetApt('apt-get install -y evil openssl=1.0'))).toEqual(['downgrade']);
    expect(codes(vetApt('apt-get install -t sid --allow-downgrades evil'))).toEqual(['downgrade']);
    expect(codes(vetApt('sudo rm -rf /*'))).toEqual(['shell-syntax']);
  });

  test('takes a here-document as one error to the end of the text', () => {
    expect(codes(vetApt('cat <<EOF\nsudo id\nEOF'))).toEqual(['shell-syntax']);
  });

  test('says which bound a version misses', () => {
    expect(vetApt('apt-get install zlib1g=1:1.2.13.dfsg-2').refusals[0]?.message).toBe(
      'Write "zlib1g" without a version: 1:1.2.13.dfsg-2 is below the installed version 1:1.2.13.dfsg-3.',
    );
    expect(vetApt('apt-get install openssl=3.0.11-1~deb12u1').refusals[0]?.message).toBe(
      'Write "openssl" without a version: 3.0.11-1~deb12u1 is below the floor 3.0.11-1~deb12u2.',
    );
  });

  test.each([
    ['sudo apt-get update', 'Leave sudo out: the script already runs as root.'],
    ['RUN apt-get update', 'Write plain shell commands without the "RUN" of a Dockerfile.'],
    ['frobnicate', 'Use only apt-get, apt instead of "frobnicate".'],
    ['rm -rf /', /^Use "rm -rf" only for \/var\/lib\/apt\/lists\/\*, /],
    ['apt-get install -y $X', 'Write every value out: variables and command substitution ($) are not run.'],
    ['LD_PRELOAD=x apt-get update', 'Leave "LD_PRELOAD=x" out: only DEBIAN_FRONTEND=noninteractive may be set.'],
    ['apt-get update --foo', /^Drop "--foo": allowed here are -y, --yes, /],
    [
      'apt-get -o A=b update',
      /^Drop -o: it may not have the value "A=b"; allowed are Dpkg::Options::=--force-confold, /,
    ],
  ])('tells for %j what to write instead', (text, message) => {
    expect(vetApt(text).refusals[0]?.message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  test('makes foreign characters of a command visible and cuts it to 200 characters', () => {
    expect(vetApt('apt-get update\napt-get\u00a0install \u202ex\u0000').refusals[0]?.command).toBe(
      'apt-get\\u{a0}install \\u{202e}x\\u{0}',
    );
    const long = vetApt(`foo ${'x'.repeat(500)}`).refusals[0]?.command ?? '';
    expect(long).toHaveLength(200);
    expect(long.endsWith('...')).toBe(true);
    expect(vetApt('foo \\\n    bar').refusals[0]?.command).toBe('foo bar');
  });

  test('no commands at all are incomplete', () => {
    expect(vetDnf()).toEqual({
      verdict: 'refused',
      operations: [],
      uncovered: ['openssl', 'curl', 'python3', 'python3.11', 'libstdc++', 'java'],
      refusals: [
        {
          command: '',
          code: 'incomplete',
          message: 'Write at least one dnf command that upgrades a target of the plan.',
        },
      ],
    });
  });

  test('holds the limits on texts, commands and characters', () => {
    expect(vetApt('apt-get clean;'.repeat(500)).verdict).toBe('accepted');
    expect(codes(vetApt('apt-get clean;'.repeat(501)))).toEqual(['malformed-text']);
    expect(codes(vetApt(...Array.from({ length: 501 }, () => '')))).toEqual(['malformed-text']);
    const fits = `apt-get update #${'x'.repeat(20_000 - 16)}`;
    expect(vetApt(fits).verdict).toBe('accepted');
    expect(codes(vetApt(fits, ' '))).toEqual(['malformed-text']);
  });

  test('names of Object.prototype are names like any other', () => {
    const context = { targets: [{ package: 'constructor', floor: '1.0' }], removable: ['valueof'] };
    expect(vet(['apt-get install -y constructor'], apt, context).verdict).toBe('accepted');
    expect(codes(vet(['apt-get install -y valueof'], apt, context))).toEqual(['package-not-in-targets']);
    expect(codes(vet(['apt-get remove -y tostring'], apt, context))).toEqual(['removal-not-allowed']);
  });

  test('a name that several targets share must reach every floor', () => {
    const context = {
      targets: [
        { package: 'a1', floor: '1.0', binaries: ['shared'] },
        { package: 'b1', floor: '2.0', binaries: ['shared'] },
      ],
    };
    expect(codes(vet(['apt-get install shared=1.5'], apt, context))).toEqual(['downgrade']);
    expect(vet(['apt-get install shared=2.0'], apt, context).uncovered).toEqual([]);
  });

  test.each([
    ['one long word', 'a'.repeat(1_000_000)],
    ['hyphens', `dnf upgrade ${'-'.repeat(19_900)}`],
    ['name-version hyphens', `dnf upgrade ${'a-1'.repeat(6_000)}`],
    ['many packages', `dnf upgrade ${'a-1-1 '.repeat(3_000)}`],
    ['quotes', `dnf upgrade ${"'".repeat(19_001)}`],
    ['open quotes on every line', "'\n".repeat(9_000)],
    ['errors on every line', '|\\\n'.repeat(6_000)],
    ['backslashes', '\\'.repeat(20_000)],
    ['continuations', '\\\n'.repeat(10_000)],
    ['flag letters', `dnf -${'y'.repeat(19_900)} upgrade`],
    ['advisories', `dnf upgrade --advisory=${'A1-'.repeat(6_000)} curl`],
    ['spaces before an operator', `dnf upgrade 'curl${' '.repeat(19_000)}='`],
    ['megabyte of lines', 'apt-get update\n'.repeat(70_000)],
    ['megabyte of foreign characters', '\u202e'.repeat(1_000_000)],
  ])('takes less than 50 ms for %s', (_title, text) => {
    // The best of a few runs: what is measured is the work, not what else the machine does.
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now();
      expect(vetDnf(text).verdict).toBe('refused');
      return performance.now() - started;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });
});

describe('properties of vet', () => {
  const pieces = [
    ...[
      'apt-get',
      'apt',
      'dnf',
      'rm',
      'set',
      'export',
      'sudo',
      'update',
      'install',
      'remove',
      'upgrade',
      'clean',
      'all',
    ],
    ...['-y', '-yq', '-o', '-rf', '--only-upgrade', '--releasever', 'latest', 'Dpkg::Use-Pty=0', '--purge', '--cve'],
    ...['openssl', 'libssl3', 'curl', 'g++', 'wget', 'vim-minimal', 'evil', '__proto__', 'constructor', 'toString'],
    ...[
      'openssl=3.0.15-1',
      'openssl=1.0',
      'curl-8.6.0-1.x86_64',
      "'curl >= 9'",
      'curl-',
      'curl+',
      'wget-',
      '@core',
      './x',
    ],
    ...[
      ' ',
      ' ',
      ' ',
      ' ',
      '\n',
      ';',
      '&&',
      '\\\n',
      '#',
      "'",
      '"',
      '$',
      '`',
      '|',
      '*',
      '/var/lib/apt/lists/*',
      '\u202e',
    ],
  ];
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join('')),
    fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(' ')),
    fc
      .tuple(
        fc.constantFrom('apt-get install -y ', 'dnf upgrade -y ', 'apt-get remove '),
        fc.array(fc.constantFrom(...pieces)),
      )
      .map(([start, parts]) => start + parts.join(' ')),
  );

  test.each([
    ['apt', apt, aptContext],
    ['dnf', dnf, dnfContext],
  ] as const)('%s: never throws, and every name in an operation is allowed', (_id, ecosystem, context) => {
    const upgradable = new Set(context.targets.flatMap((target) => [target.package, ...(target.binaries ?? [])]));
    const removable = new Set(context.removable);
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 4 }), (commands) => {
        const { verdict, operations, refusals } = vet(commands, ecosystem, context);
        expect(verdict === 'accepted').toBe(refusals.length === 0);
        expect(operations.length > 0).toBe(verdict === 'accepted');
        for (const operation of operations) {
          if (!('packages' in operation)) continue;
          expect(operation.packages.length).toBeGreaterThan(0);
          const allowed = operation.kind === 'upgrade' ? upgradable : removable;
          expect(operation.packages.filter(({ name }) => !allowed.has(name))).toEqual([]);
        }
        for (const { command, message } of refusals) {
          expect(command).toMatch(/^[\x20-\x7e]{0,200}$/);
          expect(message).toMatch(/^[\x20-\x7e]{20,600}$/);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
