import type { WireObject } from './inspector-wire';

/** `filterCriteria` of a list: by name, conditions any of which holds. */
export type Filters = Readonly<Record<string, readonly { readonly comparison: string; readonly value: string }[]>>;

/** What a filter looks at. */
type Values = (entry: WireObject) => readonly unknown[];

/** Filters of ListFindings that the stub knows. */
export const FINDING_FILTERS: ReadonlyMap<string, Values> = new Map<string, Values>([
  ['awsAccountId', (finding) => [finding['awsAccountId']]],
  ['findingArn', (finding) => [finding['findingArn']]],
  ['findingStatus', (finding) => [finding['status']]],
  ['severity', (finding) => [finding['severity']]],
  ['resourceType', (finding) => resources(finding).map((resource) => resource['type'])],
  ['ecrImageRepositoryName', (finding) => images(finding).map((image) => image['repositoryName'])],
  ['ecrImageHash', (finding) => images(finding).map((image) => image['imageHash'])],
]);

/** Filters of ListCoverage that the stub knows. */
export const COVERAGE_FILTERS: ReadonlyMap<string, Values> = new Map<string, Values>([
  ['accountId', (resource) => [resource['accountId']]],
  ['resourceId', (resource) => [resource['resourceId']]],
  ['resourceType', (resource) => [resource['resourceType']]],
  ['scanStatusCode', (resource) => [member(resource['scanStatus'], 'statusCode')]],
  ['scanStatusReason', (resource) => [member(resource['scanStatus'], 'reason')]],
  ['ecrRepositoryName', (resource) => [member(member(resource['resourceMetadata'], 'ecrRepository'), 'name')]],
  ['ecrImageTags', (resource) => asList(member(member(resource['resourceMetadata'], 'ecrImage'), 'tags'))],
]);

/** True where every filter has a condition that holds (Inspector API, FilterCriteria). */
export function passesFilters(entry: WireObject, filters: Filters, known: ReadonlyMap<string, Values>): boolean {
  return Object.entries(filters).every(([name, conditions]) => {
    const values = known.get(name)?.(entry) ?? [];
    return conditions.some(({ comparison, value }) => {
      if (comparison === 'EQUALS') return values.includes(value);
      if (comparison === 'NOT_EQUALS') return !values.includes(value);
      if (comparison === 'PREFIX') return values.some((one) => typeof one === 'string' && one.startsWith(value));
      throw new Error(`the comparison ${comparison} is not known here`);
    });
  });
}

function resources(finding: WireObject): WireObject[] {
  return asList(finding['resources']).filter((one): one is WireObject => typeof one === 'object' && one !== null);
}

function images(finding: WireObject): WireObject[] {
  return resources(finding)
    .map((resource) => member(resource['details'], 'awsEcrContainerImage'))
    .filter((one): one is WireObject => typeof one === 'object' && one !== null);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}
