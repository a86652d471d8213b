import { DEFAULT_POLICY } from '../../../domain/policy/policy';
import type { Verdict } from '../../../domain/policy/judge';
import { judge } from '../../../domain/policy/judge';
import { semanticHash, toObservation } from '../../../domain/table/fold-observation';
import { parseDocument } from '../../../domain/finding/parse-document';
import type { Finding } from '../../../domain/finding/finding';

const { findings } = parseDocument(
  {
    SchemaVersion: 2,
    CreatedAt: '2024-05-22T15:40:54Z',
    Metadata: { OS: { Family: 'debian', Name: '12', EOSL: true } },
    Results: [
      {
        Class: 'os-pkgs',
        Type: 'debian',
        Vulnerabilities: [
          {
            VulnerabilityID: 'CVE-2024-1',
            PkgName: 'openssl',
            InstalledVersion: '3.0.2-1',
            FixedVersion: '3.0.3-1',
            Status: 'fixed',
            Severity: 'HIGH',
          },
        ],
      },
    ],
  },
  { name: 'x.json' },
);
const fact = findings[0] as Finding;
const { endOfLife: _flag, ...unflagged } = fact;

const verdict = (finding: Finding, patchEndOfLife = false): Verdict =>
  judge(finding, {
    image: 'x',
    platform: { distribution: 'debian', version: '12' },
    ecosystem: 'apt',
    policy: { ...DEFAULT_POLICY, patchEndOfLife },
    exceptions: [],
    now: new Date('2024-06-01T00:00:00Z'),
  });

describe('the scanner says that a release is at its end of life', () => {
  it('which parks the finding, although the platform data says otherwise', () => {
    expect(verdict(fact)).toEqual({ state: 'PARKED', reason: 'end-of-life' });
    expect(verdict(unflagged)).toEqual({ state: 'OPEN' });
  });

  it('unless the policy patches such releases', () => {
    expect(verdict(fact, true)).toEqual({ state: 'OPEN' });
  });

  it('which is kept with the observation, and makes it another one', () => {
    const observation = toObservation(fact);
    expect(observation.endOfLife).toBe(true);
    expect(observation.semanticHash).toBe(semanticHash(observation));
    expect(observation.semanticHash).not.toBe(toObservation(unflagged).semanticHash);
  });
});
