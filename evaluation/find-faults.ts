import { requireEcosystem } from '../domain/ecosystems';
import type { Operation } from '../domain/vetting/operations';
import type { EvaluationCase } from './case-format';

/** An answer as it counts: what would be done, and which targets it calls not fixable. */
export interface JudgedAnswer {
  readonly operations: readonly Operation[];
  readonly notFixable: readonly string[];
}

/**
 * What is wrong with an answer to a case, each in a few words; empty where the answer is right. It does not rely on
 * vetting: what the case forbids is a fault even where vetting would have let it pass.
 */
export function findFaults(one: EvaluationCase, answer: JudgedAnswer): string[] {
  return [...omissions(one, answer), ...trespasses(one, answer)];
}

function omissions({ ecosystem, must, request }: EvaluationCase, { operations, notFixable }: JudgedAnswer): string[] {
  const upgraded = namedIn(operations, 'upgrade');
  const removed = namedIn(operations, 'remove');
  const { replacements = {} } = request.allowed;
  const isUpgraded = (name: string): boolean => {
    if (upgraded.has(name)) return true;
    const target = request.targets.find((candidate) => candidate.package === name);
    if (target === undefined) return false;
    const renamed = Object.hasOwn(replacements, name) ? (replacements[name] ?? []) : [];
    const source = requireEcosystem(ecosystem).hasSourcePackages && target.source !== undefined ? [target.source] : [];
    if ([...renamed, ...source].some((other) => upgraded.has(other))) return true;
    return target.installed?.every((binary) => upgraded.has(binary.package)) ?? false;
  };
  return [
    ...missing(must.upgrades, isUpgraded, (name) => `does not upgrade ${name}`),
    ...missing(
      must.settles,
      (name) => isUpgraded(name) || removed.has(name),
      (name) => `leaves ${name} as it is`,
    ),
    ...missing(
      must.removes,
      (name) => removed.has(name),
      (name) => `does not remove ${name}`,
    ),
    ...missing(
      must.enables,
      (text) => isEnabled(text, operations),
      (text) => `does not enable ${text} before it upgrades`,
    ),
    ...missing(
      must.resets,
      (name) => isReset(name, operations),
      (name) => `does not reset ${name} before another stream`,
    ),
    ...(must.releasever === undefined ||
    upgradesOf(operations).every(({ releasever }) => matches(must.releasever, releasever))
      ? []
      : ['does not name the release that it needs']),
    ...missing(
      must.notFixable,
      (name) => notFixable.includes(name),
      (name) => `does not call ${name} not fixable`,
    ),
  ];
}

function trespasses({ mustNot }: EvaluationCase, { operations, notFixable }: JudgedAnswer): string[] {
  const upgraded = namedIn(operations, 'upgrade');
  const removed = namedIn(operations, 'remove');
  const versioned = upgradesOf(operations)
    .flatMap(({ packages }) => packages)
    .filter(({ version }) => version !== undefined)
    .map(({ name }) => name);
  const modules = operations.flatMap((operation) =>
    operation.kind === 'module' ? [operation.module, `${operation.module}:${operation.stream ?? ''}`] : [],
  );
  const { versions = [] } = mustNot;
  return [
    ...present(
      mustNot.upgrades,
      (name) => upgraded.has(name),
      (name) => `upgrades ${name}`,
    ),
    ...present(
      mustNot.removes,
      (name) => removed.has(name),
      (name) => `removes ${name}`,
    ),
    ...[...new Set(versioned)]
      .filter((name) => versions.includes('*') || versions.includes(name))
      .map((name) => `names a version of ${name}`),
    ...present(
      mustNot.modules,
      (text) => modules.includes(text),
      (text) => `touches the module ${text}`,
    ),
    ...(upgradesOf(operations).some(({ releasever }) => matches(mustNot.releasever, releasever))
      ? ['names a release that it must not']
      : []),
    ...present(
      mustNot.notFixable,
      (name) => notFixable.includes(name),
      (name) => `calls ${name} not fixable`,
    ),
  ];
}

type Upgrade = Extract<Operation, { kind: 'upgrade' }>;

function upgradesOf(operations: readonly Operation[]): Upgrade[] {
  return operations.filter((operation) => operation.kind === 'upgrade');
}

/** Names of the packages that operations of a kind are about. */
export function namedIn(operations: readonly Operation[], kind: 'upgrade' | 'remove'): ReadonlySet<string> {
  return new Set(
    operations.flatMap((operation) => (operation.kind === kind ? operation.packages.map((spec) => spec.name) : [])),
  );
}

/** A stream that is enabled after the upgrade comes too late for it. */
function isEnabled(text: string, operations: readonly Operation[]): boolean {
  const upgrade = operations.findIndex(({ kind }) => kind === 'upgrade');
  const at = operations.findIndex(
    (operation) =>
      operation.kind === 'module' &&
      operation.action !== 'reset' &&
      `${operation.module}:${operation.stream ?? ''}` === text,
  );
  return at !== -1 && (upgrade === -1 || at < upgrade);
}

/** The first thing done with the module is a reset, or a switch, which includes one. */
function isReset(name: string, operations: readonly Operation[]): boolean {
  const first = operations.find((operation) => operation.kind === 'module' && operation.module === name);
  return first?.kind === 'module' && first.action !== 'enable';
}

function matches(pattern: string | undefined, text: string | undefined): boolean {
  return pattern !== undefined && text !== undefined && new RegExp(`^(?:${pattern})$`).test(text);
}

function missing(
  wanted: readonly string[] = [],
  has: (name: string) => boolean,
  fault: (name: string) => string,
): string[] {
  return wanted.filter((name) => !has(name)).map(fault);
}

function present(
  banned: readonly string[] = [],
  has: (name: string) => boolean,
  fault: (name: string) => string,
): string[] {
  return banned.filter((name) => has(name)).map(fault);
}
