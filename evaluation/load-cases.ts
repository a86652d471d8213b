import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EcosystemId } from '../domain/ecosystems/ecosystem';
import { ECOSYSTEM_IDS } from '../domain/ecosystems/ecosystem';
import { BadInputError } from '../domain/errors';
import { caseFileFormat } from './case-format';
import type { EvaluationCase } from './case-format';
import { readJson } from './json-file';

/** Which cases are wanted; absent: all. */
export interface CaseSelection {
  readonly ids?: readonly string[];
  readonly ecosystems?: readonly EcosystemId[];
}

/**
 * Reads the corpus: `<ecosystem>.json` in a directory. Cases come in the order of the ecosystems and of their files.
 * @throws BadInputError where a file does not follow the format, or two cases have one id
 */
export async function loadCases(directory: string): Promise<EvaluationCase[]> {
  const present = await filesOf(directory);
  const cases: EvaluationCase[] = [];
  for (const ecosystem of ECOSYSTEM_IDS) {
    if (!present.includes(`${ecosystem}.json`)) continue;
    const file = await readJson(join(directory, `${ecosystem}.json`), caseFileFormat);
    cases.push(...file.cases.map((one) => ({ ...one, ecosystem })));
  }
  if (cases.length === 0)
    throw new BadInputError(`no cases in ${directory}`, { hint: `it has files such as ${ECOSYSTEM_IDS[0]}.json` });
  const twice = cases.find(({ id }, index) => cases.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new BadInputError(`two cases in ${directory} have the id ${twice.id}`);
  return cases;
}

/**
 * The wanted cases, in the corpus' order.
 * @throws BadInputError where an id is unknown, or nothing is left
 */
export function selectCases(cases: readonly EvaluationCase[], { ids, ecosystems }: CaseSelection): EvaluationCase[] {
  const unknown = ids?.find((id) => !cases.some((one) => one.id === id));
  if (unknown !== undefined)
    throw new BadInputError(`there is no case "${unknown}"`, {
      hint: `${closest(unknown, cases)} is one of the cases`,
    });
  const selected = cases.filter(
    ({ id, ecosystem }) => (ids?.includes(id) ?? true) && (ecosystems?.includes(ecosystem) ?? true),
  );
  if (selected.length === 0)
    throw new BadInputError('--case and --ecosystem leave no case', { hint: 'give one of the two alone' });
  return selected;
}

/** The case whose id shares the longest beginning with a text. */
function closest(text: string, cases: readonly EvaluationCase[]): string {
  const shared = (id: string): number => {
    let at = 0;
    while (at < id.length && id[at] === text[at]) at++;
    return at;
  };
  return cases.map(({ id }) => id).reduce((best, id) => (shared(id) > shared(best) ? id : best));
}

async function filesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw new BadInputError(`cannot read the directory of cases ${directory}`, { cause });
  }
}
