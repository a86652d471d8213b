import type { PatchModel } from '../domain/author/model';
import type { AskedCase } from './ask-case';
import { askCase } from './ask-case';
import type { EvaluationCase } from './case-format';
import { mapLimited } from '../adapters/shared/map-limited';
import type { Report } from './report';
import { scoreCase } from './score';
import { summarize } from './summary';

/** How cases are asked. */
export interface EvaluationPorts {
  /** The model that answers a case. */
  readonly modelOf: (one: EvaluationCase) => PatchModel;
  /** Cases that are asked at the same time. */
  readonly concurrency: number;
  /** Told of each case as it ends, in any order. */
  readonly onAsked?: (asked: AskedCase) => Promise<void>;
}

/**
 * Asks the cases and scores the answers; the report is in the order of the cases.
 * @throws ModelUnavailableError where no case can be asked for want of a setting
 */
export async function evaluate(cases: readonly EvaluationCase[], ports: EvaluationPorts): Promise<Report> {
  const models = new Set<string>();
  const scores = await mapLimited(cases, ports.concurrency, async (one) => {
    const model = ports.modelOf(one);
    models.add(model.id);
    const asked = await askCase(one, model);
    await ports.onAsked?.(asked);
    return scoreCase(asked);
  });
  return { models: [...models].sort(), summary: summarize(scores), cases: scores };
}
