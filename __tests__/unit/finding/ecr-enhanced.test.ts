import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from '../../../domain/finding/parse-document';
import { inspectorFinding } from './inspector-sample';

const SOURCE = { name: 'x.json' };
const scanOf = (findings: unknown, rest: object = {}): unknown => ({
  repositoryName: 'golden/debian',
  imageScanFindings: { enhancedFindings: findings, ...rest },
});
const without = (finding: object, ...keys: string[]): object =>
  Object.fromEntries(Object.entries(finding).filter(([key]) => !keys.includes(key)));

test('the findings are those of ListFindings', () => {
  const listed = parseDocument(inspectorFinding(), SOURCE);
  expect(parseDocument(scanOf([inspectorFinding(), inspectorFinding()]), SOURCE)).toEqual({
    records: 2,
    findings: [...listed.findings, ...listed.findings],
    ignored: [],
    problems: [],
  });
});

test('the end of the scan dates what has no date of its own', () => {
  const undated = without(inspectorFinding(), 'updatedAt', 'lastObservedAt', 'firstObservedAt');
  const { findings } = parseDocument(scanOf([undated], { imageScanCompletedAt: '2024-11-20T10:00:00Z' }), SOURCE);
  expect(findings.map(({ observedAt }) => observedAt)).toEqual(['2024-11-20T10:00:00.000Z']);
});

test("moto's sample has the shape and no date at all: both findings are malformed, with the reason", () => {
  const file = join(__dirname, '../../fixtures/list-findings/ecr-enhanced-debian-12.json');
  expect(parseDocument(JSON.parse(readFileSync(file, 'utf8')), SOURCE)).toEqual({
    records: 2,
    findings: [],
    ignored: [],
    problems: [0, 1].map((index) => ({
      path: `imageScanFindings.enhancedFindings[${index}].updatedAt`,
      message: 'is missing, and so is every other date',
    })),
  });
});

test.each([
  ['basic scanning', { findings: [{ name: 'CVE-2024-1', severity: 'HIGH' }] }],
  ['nothing', {}],
  ['no list', { enhancedFindings: 7 }],
])('%s has no findings that could be used', (_what, imageScanFindings) => {
  const { findings, problems } = parseDocument({ imageScanFindings }, SOURCE);
  expect(findings).toEqual([]);
  expect(problems).toMatchObject([{ path: 'imageScanFindings' }]);
});

test.each([null, 7, 'x', {}, []])('an element that is %j is a problem of its own', (element) => {
  const { findings, problems } = parseDocument(scanOf([element, inspectorFinding()]), SOURCE);
  expect(findings.length).toBeGreaterThan(0);
  expect(problems[0]?.path).toMatch(/^imageScanFindings\.enhancedFindings\[0\]/);
});
