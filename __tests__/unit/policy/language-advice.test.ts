import fc from 'fast-check';
import { DEFAULT_POLICY } from '../../../domain/policy/policy';
import { judge } from '../../../domain/policy/judge';
import { languageAdvice } from '../../../domain/policy/language-advice';
import { explainFinding } from '../../../domain/table/explain-finding';
import { replayedPlan } from './replayed-plan';
import { makeItem, NOW } from '../table/samples';

/** Inspector's enum (botocore, inspector2, PackageManager) without OS, and values that were seen beyond it. */
const MANAGERS =
  'BUNDLER CARGO COMPOSER NPM NUGET PIPENV POETRY YARN GOBINARY GOMOD JAR PIP PYTHONPKG NODEPKG POM GEMSPEC DOTNET_CORE PYTHON GO JAVA'.split(
    ' ',
  );

test.each(MANAGERS)('%s has advice of its own, with its source', (manager) => {
  const advice = languageAdvice(manager);
  expect(advice).not.toBe(languageAdvice('GENERIC'));
  expect(languageAdvice(manager.toLowerCase())).toBe(advice);
  expect(advice.source).toMatch(/^https:\/\//);
  expect(advice.remedy).toMatch(/^[a-z]/);
});

test.each([
  [
    'NODEPKG',
    'usr/local/lib/node_modules/npm/node_modules/tar/package.json',
    /an npm package at .*newer Node\.js image/,
  ],
  ['PYTHONPKG', 'usr/lib/python3/dist-packages/setuptools-1.dist-info', /a Python package at .*newer Python image/],
  ['GEMSPEC', 'usr/lib/ruby/specifications/rexml.gemspec', /a Ruby gem at .*bundle update/],
  ['GOBINARY', 'usr/local/go/bin/go', /compiled into a Go binary at .*newer Go release/],
  ['JAR', 'opt/app.jar', /a Java archive at .*pom\.xml/],
  ['SOMETHING', 'a/b', /a package of a language at a\/b/],
])('explain names the path and the right remedy for %s', (packageManager, filePath, expected) => {
  const item = makeItem({ packageManager, filePath, state: 'PARKED', reason: 'language-package' });
  const chain = explainFinding(item, { head: undefined, patches: [], policy: DEFAULT_POLICY });
  expect(chain.some((line) => expected.test(line) && line.includes(filePath))).toBe(true);
  expect(chain.at(-1)).toMatch(/language package/);
});

const manager = fc.oneof(
  fc.constantFrom(...MANAGERS),
  fc.string({ maxLength: 20 }),
  fc.constantFrom('os', ' OS', 'OS '),
);
const language = manager.filter((text) => text.toUpperCase() !== 'OS');

test('a language package is never OPEN, whatever else is true of it', () => {
  fc.assert(
    fc.property(
      language,
      fc.constantFrom('CRITICAL', 'HIGH', 'UNTRIAGED'),
      fc.boolean(),
      (packageManager, severity, exploit) => {
        const verdict = judge(
          {
            vulnerabilityId: 'CVE-2024-1',
            packageManager,
            package: 'openssl',
            status: 'ACTIVE',
            severity,
            installed: '1.0',
            floor: '2.0',
            exploit,
          },
          {
            image: 'a',
            platform: { distribution: 'debian', version: '12' },
            ecosystem: 'apt',
            policy: { ...DEFAULT_POLICY, minimumSeverity: 'UNTRIAGED', minimumEpss: 0 },
            exceptions: [],
            now: NOW,
          },
        );
        expect(verdict).toEqual({ state: 'PARKED', reason: 'language-package' });
      },
    ),
  );
});

test('no language package ever gets into a plan, from the finding to the targets', async () => {
  const name = fc.constantFrom('openssl', 'tar', 'requests', '@scope/a', 'go/stdlib', 'curl');
  const pkg = fc.record({
    name: name.map((text) => `lang-${text.replace(/^@/, '')}`),
    packageManager: language,
    filePath: fc.option(fc.constantFrom('a/b.jar', 'usr/bin/x'), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(pkg, { minLength: 1, maxLength: 8 }), async (packages) => {
      const targets = await replayedPlan([...packages, { name: 'openssl', packageManager: 'OS' }]);
      expect(targets).toEqual(['openssl']);
    }),
    { numRuns: 60 },
  );
});
