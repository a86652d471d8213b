import fc from 'fast-check';
import { requireEcosystem } from '../../../domain/ecosystems';
import type { EcosystemId } from '../../../domain/ecosystems/ecosystem';
import { isModuleName, parseModuleStream } from '../../../domain/vetting/module-stream';
import type { Operation, VettingContext, VettingResult } from '../../../domain/vetting/operations';
import { vet } from '../../../domain/vetting/vet';

const context: VettingContext = {
  targets: [{ package: 'nodejs', floor: '1:20.1.0-1' }],
  moduleStreams: ['nodejs:20', 'nodejs:18', 'container-tools:rhel8', 'perl-DBI:1.641'],
};

function vetAs(id: EcosystemId, ...commands: string[]): VettingResult {
  return vet(commands, requireEcosystem(id), context);
}

function modules(operations: readonly Operation[]): string[] {
  return operations.flatMap((item) =>
    item.kind === 'module'
      ? [`${item.action} ${item.module}${item.stream === undefined ? '' : `:${item.stream}`}`]
      : [],
  );
}

describe('module commands', () => {
  test.each([
    ['dnf module enable -y nodejs:20', ['enable nodejs:20']],
    ['dnf -y module enable nodejs:20', ['enable nodejs:20']],
    ['dnf module enable nodejs:20 container-tools:rhel8 -y', ['enable nodejs:20', 'enable container-tools:rhel8']],
    ['dnf module reset -y nodejs', ['reset nodejs']],
    ['dnf module reset -y nodejs:16', ['reset nodejs']],
    ['dnf -y module reset nodejs perl-DBI', ['reset nodejs', 'reset perl-DBI']],
    ['dnf module switch-to -y nodejs:20', ['switch-to nodejs:20']],
    ['dnf --releasever=latest -y module enable "nodejs:20"', ['enable nodejs:20']],
    ['dnf module reset nodejs -y && dnf module enable nodejs:18 -y', ['reset nodejs', 'enable nodejs:18']],
    ['dnf module enable perl-DBI:1.641', ['enable perl-DBI:1.641']],
  ])('dnf: accepts %j', (text, expected) => {
    const result = vetAs('dnf', text);
    expect([result.verdict, modules(result.operations), result.uncovered]).toEqual(['accepted', expected, ['nodejs']]);
  });

  test('microdnf knows enable and reset', () => {
    const result = vetAs('microdnf', 'microdnf -y module reset nodejs; microdnf module enable -y nodejs:20');
    expect(modules(result.operations)).toEqual(['reset nodejs', 'enable nodejs:20']);
    expect(vetAs('microdnf', 'microdnf module switch-to nodejs:20').refusals[0]).toMatchObject({
      code: 'unknown-command',
      message: 'Use "microdnf module" only with one of enable, reset, or leave it out.',
    });
  });

  test.each([
    ['dnf module enable nodejs:22', 'module-not-allowed'],
    ['dnf module enable nodejs', 'module-not-allowed'],
    ['dnf module enable php:8.2', 'module-not-allowed'],
    ['dnf module reset php', 'module-not-allowed'],
    ['dnf module switch-to nodejs:22', 'module-not-allowed'],
    ['dnf module enable nodejs:20/minimal', 'module-not-allowed'],
    ['dnf module enable nodejs/minimal', 'module-not-allowed'],
    ['dnf module reset nodejs/minimal', 'module-not-allowed'],
    ['dnf module enable nodejs:20 php:8.2', 'module-not-allowed'],
    ['dnf module enable nodejs:20 nodejs:18', 'module-not-allowed'],
    ['dnf module enable NODEJS:20', 'module-not-allowed'],
    ['dnf module enable nodejs:20:8090020240101000000:abcd1234:x86_64', 'malformed-package'],
    ['dnf module enable nodejs:', 'malformed-package'],
    ['dnf module enable :20', 'malformed-package'],
    ["dnf module enable ''", 'malformed-package'],
    ["dnf module enable 'nodejs: 20'", 'malformed-package'],
    ["dnf module enable 'nodejs:20;id'", 'malformed-package'],
    ["dnf module enable 'nodejs:20|id'", 'malformed-package'],
    ['dnf module enable nodejs=20', 'malformed-package'],
    ['dnf module enable @nodejs:20', 'malformed-package'],
    ['dnf module enable ../../etc/x', 'path-or-url'],
    ['dnf module enable /etc/x', 'path-or-url'],
    ['dnf module enable https://evil.example/x', 'path-or-url'],
    ['dnf module enable nodejs:*', 'shell-syntax'],
    ["dnf module enable 'nodejs:*'", 'shell-syntax'],
    ["dnf module reset '*'", 'shell-syntax'],
    ['dnf module enable $(id):20', 'shell-syntax'],
    ['dnf module enable nodejs:`id`', 'shell-syntax'],
    ['dnf module enable nodejs:20 > /etc/x', 'shell-syntax'],
    ['dnf module enable nodejs:20 | sh', 'shell-syntax'],
    ['dnf module install nodejs:20', 'unknown-command'],
    ['dnf module install nodejs:20/minimal', 'unknown-command'],
    ['dnf module update nodejs', 'unknown-command'],
    ['dnf module remove nodejs', 'unknown-command'],
    ['dnf module disable nodejs', 'unknown-command'],
    ['dnf module list', 'unknown-command'],
    ['dnf module', 'unknown-command'],
    ['dnf module enable', 'unknown-command'],
    ['dnf module reset', 'unknown-command'],
    ['dnf module --enable nodejs:20', 'flag-not-allowed'],
    ['dnf module enable --all nodejs:20', 'flag-not-allowed'],
    ['dnf module enable --enablerepo=evil nodejs:20', 'flag-not-allowed'],
    ['dnf module enable --setopt=module_stream_switch=1 nodejs:20', 'flag-not-allowed'],
    ['dnf module enable --skip-broken nodejs:20', 'flag-not-allowed'],
    ['dnf modules enable nodejs:20', 'unknown-command'],
    ['yum module enable nodejs:20', 'unknown-command'],
    ['dnf install @nodejs:20', 'package-not-in-targets'],
    ['dnf install nodejs:20', 'malformed-package'],
    ['dnf module enable nodejs\u00a0:20', 'malformed-text'],
  ])('dnf: refuses %j as %s', (text, code) => {
    const { verdict, operations, refusals } = vetAs('dnf', text);
    expect([verdict, operations, refusals.map((refusal) => refusal.code)]).toEqual(['refused', [], [code]]);
  });

  test.each(['apt', 'apk', 'yum', 'zypper'] as const)('%s has no modules', (id) => {
    const command = id === 'apt' ? 'apt-get' : id;
    expect(vetAs(id, `${command} module enable nodejs:20`).refusals[0]?.code).toBe('unknown-command');
  });

  test('two streams of one module in one proposal are refused, and the second command is the one', () => {
    const { refusals } = vetAs('dnf', 'dnf module enable nodejs:20', 'dnf module switch-to nodejs:18');
    expect(refusals).toEqual([
      {
        command: 'dnf module switch-to nodejs:18',
        code: 'module-not-allowed',
        message: 'Enable one stream of nodejs in all commands: "20" was named before.',
      },
    ]);
    expect(vetAs('dnf', 'dnf module enable nodejs:20', 'dnf module enable nodejs:20').verdict).toBe('accepted');
    expect(vetAs('dnf', 'dnf module enable nodejs:18').verdict).toBe('accepted');
  });

  test('says which streams there are, and that there are none', () => {
    expect(vetAs('dnf', 'dnf module enable php:8.2').refusals[0]?.message).toBe(
      'Name a stream that policy allows (nodejs:20, nodejs:18, container-tools:rhel8, perl-DBI:1.641), or leave the command out, instead of "php:8.2".',
    );
    const none = { targets: context.targets };
    expect(vet(['dnf module enable php:8.2'], requireEcosystem('dnf'), none).refusals[0]?.message).toBe(
      'Leave the command out: policy allows no stream of a module, so not "php:8.2".',
    );
  });

  test('names of Object.prototype are modules like any other', () => {
    for (const name of ['constructor:20', '__proto__:1', 'toString:1'])
      expect(vetAs('dnf', `dnf module enable ${name}`).verdict).toBe('refused');
  });

  test('whatever is written, an operation has a stream that policy allows', () => {
    const argument = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('nodejs:20', 'nodejs', 'nodejs:18', 'perl-DBI:1.641', '-y', 'php:8') },
      fc.string({ unit: fc.constantFrom(...Array.from('nodejs:20/*@;$|&\'"\\ -.')), maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const command = fc
      .tuple(fc.constantFrom('enable', 'reset', 'switch-to', 'install'), fc.array(argument, { maxLength: 4 }))
      .map(([action, rest]) => `dnf module ${action} ${rest.join(' ')}`);
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 2 }), (commands) => {
        const { operations } = vetAs('dnf', ...commands);
        const streams = new Map<string, string>();
        for (const item of operations) {
          expect(item.kind).toBe('module');
          if (item.kind !== 'module') continue;
          accepted += 1;
          if (item.action === 'reset') {
            expect([item.stream, ['nodejs', 'container-tools', 'perl-DBI'].includes(item.module)]).toEqual([
              undefined,
              true,
            ]);
            continue;
          }
          const { stream = '' } = item;
          expect(context.moduleStreams).toContain(`${item.module}:${stream}`);
          expect(streams.get(item.module) ?? stream).toBe(stream);
          streams.set(item.module, stream);
        }
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});

describe('names of modules and streams', () => {
  test.each([
    ['nodejs:20', { module: 'nodejs', stream: '20' }],
    ['389-ds:1.4', { module: '389-ds', stream: '1.4' }],
    ['container-tools:rhel8', { module: 'container-tools', stream: 'rhel8' }],
    ['nodejs', undefined],
    ['nodejs:20/x', undefined],
    ['a:b:c', undefined],
    ['-a:b', undefined],
    ['a:-b', undefined],
    ['a:b\n', undefined],
    ['a:..', undefined],
    [`a:${'b'.repeat(129)}`, undefined],
  ])('%j', (text, expected) => {
    expect(parseModuleStream(text)).toEqual(expected);
  });

  test('a name has no colon and no path', () => {
    expect(['nodejs', 'a.b', 'a:b', '..', '.a', 'a/b', ''].filter(isModuleName)).toEqual(['nodejs', 'a.b']);
  });
});
