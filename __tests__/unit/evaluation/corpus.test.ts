import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { rulesAuthor } from '../../../domain/author/rules-author';
import { requireEcosystem } from '../../../domain/ecosystems';
import { ECOSYSTEM_IDS } from '../../../domain/ecosystems/ecosystem';
import { vet } from '../../../domain/vetting/vet';
import { makeRecordedModel } from '../../../evaluation/recorded-model';
import { askCase } from '../../../evaluation/ask-case';
import type { EvaluationCase } from '../../../evaluation/case-format';
import { requestOf } from '../../../evaluation/case-format';
import { contextOf } from '../../../evaluation/context-of';
import { findFaults } from '../../../evaluation/find-faults';
import { loadCases } from '../../../evaluation/load-cases';
import { readReplies } from '../../../evaluation/reply-file';

const CASES = '__tests__/evaluation/cases';
const REPLIES = '__tests__/evaluation/replies/handwritten';

let cases: EvaluationCase[];
beforeAll(async () => {
  cases = await loadCases(CASES);
});

/** Codes of the refusals and faults of an answer, without a flow around it. */
function faultsOf(one: EvaluationCase, commands: readonly string[], notFixable: readonly string[]): string[] {
  const { operations, refusals } = vet(commands, requireEcosystem(one.ecosystem), contextOf(requestOf(one)));
  const refused = commands.length === 0 ? [] : refusals.map(({ code }) => `refused: ${code}`);
  return [...refused, ...findFaults(one, { operations, notFixable })];
}

it('has at least 66 cases, nine of each ecosystem, with ids that begin with it', () => {
  expect(cases.length).toBeGreaterThanOrEqual(66);
  const counts = ECOSYSTEM_IDS.map((id) => cases.filter(({ ecosystem }) => ecosystem === id).length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(9);
  expect(cases.filter(({ id, ecosystem }) => !id.startsWith(`${ecosystem}-`))).toEqual([]);
});

it('takes cases from real findings, with packages, floors and vulnerabilities as the findings have them', () => {
  const fromFindings = cases.filter(({ source }) => 'findings' in source);
  expect(fromFindings.length).toBeGreaterThanOrEqual(10);
  const wrong = fromFindings.flatMap((one) => {
    if (!('findings' in one.source)) return [];
    const { findings, packages } = one.source;
    const facts = factsIn(findings).filter((fact) => packages.includes(fact.package));
    const unknown = packages.filter((name) => !facts.some((fact) => fact.package === name));
    const unfounded = one.request.targets.filter(
      ({ package: name, source, floor, vulnerabilities }) =>
        !facts.some((fact) => [name, source].includes(fact.package) && fact.floor === floor) ||
        !vulnerabilities.every((id) => facts.some((fact) => fact.vulnerabilityId === id)),
    );
    return [...unknown, ...unfounded.map((target) => `${one.id}: ${target.package}`)];
  });
  expect(wrong).toEqual([]);
});

it('tells right from wrong in every case: right examples have no fault, wrong ones have the fault that is said', () => {
  const misjudged = cases.flatMap((one) => [
    ...one.examples.right
      .map(({ commands, notFixable }) => ({ id: one.id, commands, faults: faultsOf(one, commands, notFixable) }))
      .filter(({ faults }) => faults.length > 0),
    ...one.examples.wrong
      .map(({ commands, notFixable, fault }) => ({
        id: one.id,
        commands,
        fault,
        faults: faultsOf(one, commands, notFixable),
      }))
      .filter(({ fault, faults }) => !faults.includes(fault)),
  ]);
  expect(misjudged).toEqual([]);
});

it('scores the rules in every case as the case says, and they are neither always right nor always wrong', async () => {
  const misjudged = [];
  for (const one of cases) {
    const { commands } = await rulesAuthor.propose(requestOf(one));
    const faults = faultsOf(one, commands, []);
    if (faults.join() !== one.rules.join()) misjudged.push({ id: one.id, faults });
  }
  expect(misjudged).toEqual([]);
  const right = cases.filter(({ rules }) => rules.length === 0).length;
  expect(right).toBeGreaterThan(cases.length / 3);
  expect(right).toBeLessThan(cases.length);
});

it('asks for each of the things that a model adds over rules', () => {
  const asks = (has: (one: EvaluationCase) => boolean): number => cases.filter(has).length;
  expect(asks(({ must }) => must.removes !== undefined)).toBeGreaterThanOrEqual(5);
  expect(asks(({ must }) => must.enables !== undefined)).toBeGreaterThanOrEqual(3);
  expect(asks(({ must }) => must.releasever !== undefined)).toBeGreaterThanOrEqual(2);
  expect(asks(({ must }) => must.notFixable !== undefined)).toBeGreaterThanOrEqual(10);
  expect(asks(({ request }) => request.allowed.replacements !== undefined)).toBeGreaterThanOrEqual(2);
  expect(asks(({ request }) => request.allowed.companions !== undefined)).toBeGreaterThanOrEqual(5);
  expect(asks(({ request }) => request.failed !== undefined)).toBeGreaterThanOrEqual(15);
  expect(asks(({ id }) => id.includes('-planted-'))).toBeGreaterThanOrEqual(6);
});

it('has hand-written replies for every case, each asked as often as it is answered', async () => {
  const replies = await readReplies(REPLIES, cases);
  const endings = [];
  for (const one of cases) {
    const recorded = replies.get(one.id)!;
    expect(recorded.model).toBe('handwritten');
    const asked = await askCase(one, makeRecordedModel(recorded));
    if (asked.silence !== undefined || asked.replies.length !== recorded.replies.length) endings.push(one.id);
  }
  expect(endings).toEqual([]);
  expect(readFileSync(`${REPLIES}/README.md`, 'utf8')).toContain('not produced by any live Bedrock model');
});

interface Fact {
  readonly vulnerabilityId: string;
  readonly package: string;
  readonly floor: string;
}

/** What a findings file says of packages, whatever stands around it; epochs of 0 are left out of floors. */
function factsIn(path: string): Fact[] {
  const text = readFileSync(path, 'utf8');
  const documents = path.endsWith('.jsonl') ? text.split('\n').filter((line) => line !== '') : [text];
  return documents.flatMap((document) => factsBelow(JSON.parse(document)));
}

function factsBelow(value: unknown): Fact[] {
  if (typeof value !== 'object' || value === null) return [];
  const details = vulnerabilityDetails.safeParse(value);
  if (!details.success) return Object.values(value).flatMap(factsBelow);
  const { vulnerabilityId, vulnerablePackages } = details.data;
  return vulnerablePackages.map(({ name, fixedInVersion = '' }) => ({
    vulnerabilityId,
    package: name,
    floor: fixedInVersion.replace(/^0:/, ''),
  }));
}

const vulnerabilityDetails = z.object({
  vulnerabilityId: z.string(),
  vulnerablePackages: z.array(z.object({ name: z.string(), fixedInVersion: z.string().optional() })),
});
