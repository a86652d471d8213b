import * as fc from 'fast-check';
import type { RiskException } from '../../../domain/policy/exception';
import type { FindingItem } from '../../../domain/table/finding-item';
import type { HeadItem } from '../../../domain/table/head-item';
import type { OpenVexInput, VexStatement } from '../../../domain/vex/open-vex';
import { openVexJson, openVexOf } from '../../../domain/vex/open-vex';
import { openVexSchema } from '../../support/openvex-schema';
import { digestOf, makeImage, makeItem, makeObservation, makePatch, makeTarget, NOW } from '../table/samples';

const CURRENT = digestOf('c');
const image = makeImage();
const head: HeadItem = {
  pk: 'IMAGE#debian-12',
  sk: 'HEAD',
  version: 1,
  type: 'HEAD',
  image: 'debian-12',
  state: 'IDLE',
  sequence: 1,
  promoted: {
    digest: CURRENT,
    reference: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/golden/debian-12:stable',
    patch: 1,
    since: '2024-05-30T00:00:00.000Z',
    descendsFrom: [],
  },
  failures: 0,
  builds: { day: '2024-05-30', count: 1 },
};

/** A finding on the current digest. */
function finding(overrides: Partial<FindingItem> = {}, seen: Parameters<typeof makeObservation>[0] = {}): FindingItem {
  return makeItem({
    judgedOn: CURRENT,
    observations: { [CURRENT]: makeObservation({ digest: CURRENT, ...seen }) },
    ...overrides,
  });
}

/** A finding that is proven fixed on the current digest. */
function fixedFinding(overrides: Partial<FindingItem> = {}): FindingItem {
  const observation = { ...makeObservation({ digest: CURRENT, status: 'CLOSED' }), proof: 'package-database' as const };
  return finding({ state: 'FIXED', observations: { [CURRENT]: observation }, ...overrides });
}

/** The document's statements, after it was held against the rules of OpenVEX. */
function stated(findings: readonly FindingItem[], overrides: Partial<OpenVexInput> = {}): readonly VexStatement[] {
  const input = { head, findings, exceptions: [], patches: [], now: NOW, author: 'Platform Team', ...overrides };
  const document = openVexOf(image, input);
  expect(openVexSchema.safeParse(JSON.parse(JSON.stringify(document))).error?.issues).toBeUndefined();
  return document?.statements ?? [];
}

const patched = makePatch({
  state: 'PROMOTED',
  outcomes: [
    {
      package: 'glibc',
      result: 'fixed',
      binaries: [
        { name: 'libc6', before: '2.36-9+deb12u4', after: '2.36-9+deb12u7' },
        { name: 'libc-bin', before: '2.36-9+deb12u4', after: '2.36-9+deb12u7' },
      ],
    },
  ],
});

describe('the document', () => {
  test('is about the promoted digest, and identifies itself', () => {
    const input = { head, findings: [finding()], exceptions: [], patches: [], now: NOW, author: 'Platform Team' };
    const document = openVexOf(image, input);
    expect(document).toMatchObject({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      author: 'Platform Team',
      timestamp: '2024-06-01T00:00:00.000Z',
      version: 1,
    });
    expect(document?.['@id']).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(openVexOf(image, { ...input, author: 'Another' })?.['@id']).not.toBe(document?.['@id']);
    expect(openVexOf(image, { ...input, id: 'https://vex.example/1' })?.['@id']).toBe('https://vex.example/1');
    const [product] = document?.statements[0]?.products ?? [];
    expect(product?.hashes).toEqual({ 'sha-256': 'c'.repeat(64) });
    expect(product?.identifiers.purl).toBe(
      `pkg:oci/debian-12@sha256%3A${'c'.repeat(64)}?arch=amd64&repository_url=123456789012.dkr.ecr.eu-central-1.amazonaws.com%2Fgolden%2Fdebian-12`,
    );
  });

  test('is none where nothing can be stated', () => {
    const input = { findings: [finding()], exceptions: [], patches: [], now: NOW, author: 'x' };
    expect(openVexOf(image, { ...input, head: undefined })).toBeUndefined();
    expect(openVexOf(image, { ...input, head, findings: [] })).toBeUndefined();
  });

  test('is the same text whatever the order of findings', () => {
    const all = [
      finding(),
      fixedFinding({ vulnerabilityId: 'CVE-2024-0002' }),
      finding({ vulnerabilityId: 'CVE-2024-0003', package: 'krb5', state: 'PARKED', reason: 'no-fix' }),
      finding({ vulnerabilityId: 'CVE-2024-0003', package: 'zlib', state: 'CLOSED', reason: 'gone' }),
      finding({ vulnerabilityId: 'CVE-2023-0001', package: 'semver', packageManager: 'NPM', filePath: '/a' }),
      finding({ vulnerabilityId: 'CVE-2023-0001', package: 'semver', packageManager: 'NPM', filePath: '/b' }),
    ];
    const textOf = (findings: readonly FindingItem[]): string => {
      const document = openVexOf(image, { head, findings, exceptions: [], patches: [patched], now: NOW, author: 'x' });
      return document === undefined ? '' : openVexJson(document);
    };
    const expected = textOf(all);
    expect(expected.endsWith('}\n')).toBe(true);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(textOf(shuffled)).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('fixed', () => {
  test('is stated of the binaries at their new versions, with the proof', () => {
    const [statement] = stated([fixedFinding()], { patches: [patched] });
    expect(statement?.status).toBe('fixed');
    expect(statement?.status_notes).toContain('the package database of this digest was read');
    expect(statement?.products[0]?.subcomponents.map((one) => one['@id'])).toEqual([
      'pkg:deb/debian/libc-bin@2.36-9%2Bdeb12u7',
      'pkg:deb/debian/libc6@2.36-9%2Bdeb12u7',
    ]);
  });

  test('by a scan names the package without the version that had the vulnerability', () => {
    const closed = { ...makeObservation({ digest: CURRENT, status: 'CLOSED' }), proof: 'scan' as const };
    const [statement] = stated([fixedFinding({ observations: { [CURRENT]: closed } })]);
    expect(statement?.status).toBe('fixed');
    expect(statement?.status_notes).toContain('a completed scan of this digest lists it no more');
    expect(statement?.products[0]?.subcomponents[0]?.['@id']).toBe('pkg:deb/debian/glibc');
  });

  test('needs proof on the current digest', () => {
    expect(stated([fixedFinding({ judgedOn: digestOf('b') })])[0]?.status).toBe('under_investigation');
    const unproven = finding({ state: 'FIXED' }, { status: 'CLOSED' });
    expect(stated([unproven])[0]?.status).toBe('under_investigation');
  });

  test.each([
    ['scan-eligibility-expired', 'does not look at the image any more'],
    ['image-deleted', 'was deleted from the registry'],
    ['gone', 'no proof of a fix'],
  ] as const)('is never what was closed because %s', (closedBecause, words) => {
    const observation = { ...makeObservation({ digest: CURRENT, status: 'CLOSED' }), closedBecause };
    const item = finding({ state: 'CLOSED', reason: closedBecause, observations: { [CURRENT]: observation } });
    const [statement] = stated([item]);
    expect(statement?.status).toBe('under_investigation');
    expect(statement?.status_notes).toContain(words);
  });

  test('is never what the scanner closed without a word, nor what it suppresses', () => {
    expect(stated([finding({ state: 'CLOSED' }, { status: 'CLOSED' })])[0]?.status).toBe('under_investigation');
    const suppressed = finding({ state: 'PARKED', reason: 'suppressed' }, { status: 'SUPPRESSED' });
    expect(stated([suppressed])[0]?.status).toBe('affected');
  });
});

describe('affected', () => {
  test('an open finding says the version that is asked for, and the patch that is on its way', () => {
    const [plain] = stated([finding()]);
    expect(plain?.status).toBe('affected');
    expect(plain?.action_statement).toBe('The next patch of the image raises glibc to 2.36-9+deb12u6 or higher.');
    const [waiting] = stated([finding()], {
      patches: [makePatch({ sequence: 2, state: 'AWAITING_APPROVAL', targets: [makeTarget()] })],
    });
    expect(waiting?.action_statement).toBe(
      'The next patch of the image raises glibc to 2.36-9+deb12u6 or higher. Patch 2 is AWAITING_APPROVAL since 2024-06-01T00:00:00.000Z.',
    );
  });

  test('a residual one says why it was left', () => {
    const [statement] = stated([finding({ state: 'RESIDUAL', reason: 'fix-not-in-repository' })]);
    expect(statement?.action_statement).toContain('the configured repositories do not offer the fixed version yet');
  });

  test('one without a fix says so', () => {
    const [statement] = stated([finding({ state: 'PARKED', reason: 'no-fix' })]);
    expect(statement?.status).toBe('affected');
    expect(statement?.action_statement).toContain('No fixed version is known');
  });

  const exception: RiskException = {
    vulnerability: 'CVE-2024-0001',
    owner: 'security@example.com',
    justification: 'The code is not reachable from outside.',
    expires: '2024-12-31',
  };

  test('an accepted risk is affected, and names its owner, reason and end', () => {
    const [statement] = stated([finding({ state: 'PARKED', reason: 'excepted' })], { exceptions: [exception] });
    expect(statement?.status).toBe('affected');
    expect(statement?.action_statement).toBe(
      'It is not patched while the risk is accepted. Risk accepted by security@example.com until 2024-12-31: The code is not reachable from outside.',
    );
  });

  test('an accepted risk that has expired counts no more', () => {
    const [statement] = stated([finding({ state: 'PARKED', reason: 'excepted' })], {
      exceptions: [{ ...exception, expires: '2024-05-31' }],
    });
    expect(statement?.action_statement).toBe('The accepted risk has expired: it is judged again.');
  });

  test('an accepted risk of which nothing is known here is not called expired', () => {
    const [statement] = stated([finding({ state: 'PARKED', reason: 'excepted' })], {
      exceptions: [{ ...exception, image: 'another' }],
    });
    expect(statement?.status).toBe('affected');
    expect(statement?.action_statement).toBe(
      'It was left as an accepted risk, which is not among the exceptions that are known here: owner, reason and end cannot be stated.',
    );
  });

  test('an open finding is promised no patch that is not to come', () => {
    const open = finding({ state: 'OPEN' });
    expect(stated([open])[0]?.action_statement).toMatch(/^The next patch of the image raises glibc to /);
    const [rejected] = stated([open], { patches: [makePatch({ state: 'REJECTED' })] });
    expect(rejected?.action_statement).toMatch(/^Patch 1, which was to fix it, was rejected: the same plan is not /);
    const [stopped] = stated([open], { head: { ...head, state: 'STOPPED', failures: 3 } });
    expect(stopped?.action_statement).toMatch(/^No patch is built: the image is stopped after 3 failed builds /);
  });

  test('wins over fixed where two findings are about one package', () => {
    const semver = { vulnerabilityId: 'CVE-2023-0001', package: 'semver', packageManager: 'NPM' };
    const statements = stated([
      finding({ ...semver, filePath: '/b', state: 'CLOSED', reason: 'gone' }, { status: 'CLOSED' }),
      finding({ ...semver, filePath: '/a', state: 'PARKED', reason: 'language-package' }),
    ]);
    expect(statements.map(({ status }) => status)).toEqual(['affected']);
  });
});

describe('under investigation', () => {
  test('is what was not seen on the current digest', () => {
    const [statement] = stated([makeItem({ state: 'PARKED', reason: 'stale-digest', judgedOn: CURRENT })]);
    expect(statement?.status).toBe('under_investigation');
    expect(statement?.status_notes).toContain('other digests');
  });

  test('is what has no severity yet, and is affected once it is acted on', () => {
    const untriaged = { severity: 'UNTRIAGED' } as const;
    const parked = finding({ state: 'PARKED', reason: 'below-threshold' }, untriaged);
    expect(stated([parked])[0]?.status).toBe('under_investigation');
    expect(stated([finding({ state: 'OPEN' }, { ...untriaged, exploit: true })])[0]?.status).toBe('affected');
  });
});

describe('statements', () => {
  test('of one vulnerability that say the same are one', () => {
    const binaries = stated([fixedFinding()], { patches: [patched] });
    expect(binaries).toHaveLength(1);
    expect(binaries[0]?.products[0]?.subcomponents).toHaveLength(2);
  });

  test('are of no later than the document, whatever the scanner says', () => {
    const [statement] = stated([finding({}, { observedAt: '2030-01-01T00:00:00.000Z' })]);
    expect(statement?.timestamp).toBe('2024-06-01T00:00:00.000Z');
  });

  test('hold against the rules for every state and reason', () => {
    const states = fc.constantFrom<Partial<FindingItem>>(
      { state: 'OPEN' },
      { state: 'FIXED' },
      { state: 'CLOSED' },
      { state: 'RESIDUAL', reason: 'below-floor' },
      ...(
        [
          'no-fix',
          'fix-out-of-reach',
          'below-threshold',
          'excepted',
          'language-package',
          'end-of-life',
          'suppressed',
        ] as const
      ).map((reason) => ({ state: 'PARKED' as const, reason })),
      ...(['stale-digest', 'image-not-found', 'manifest-not-supported', 'architecture-mismatch'] as const).map(
        (reason) => ({ state: 'PARKED' as const, reason }),
      ),
    );
    const any = fc
      .tuple(
        states,
        fc.constantFrom('CVE-1', 'CVE-2', 'ALAS-3'),
        fc.constantFrom('glibc', 'zlib', 'a b/ü#?@'),
        fc.constantFrom('OS', 'NPM', 'WHO'),
        fc.constantFrom(CURRENT, digestOf('b')),
      )
      .map(([state, vulnerabilityId, name, packageManager, judgedOn]) =>
        finding({ ...state, vulnerabilityId, package: name, packageManager, judgedOn }),
      );
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 12 }), (findings) => {
        for (const { status } of stated(findings, { patches: [patched] })) expect(status).not.toBe('not_affected');
      }),
      { numRuns: 200 },
    );
  });
});
