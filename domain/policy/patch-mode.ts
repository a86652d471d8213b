import type { Severity } from '../finding/severity';
import { SEVERITIES } from '../finding/severity';
import type { Policy } from './policy';

/**
 * The mode of a patch, out of `mode` and `modeBySeverity`: that of the worst severity among the open findings that it is
 * for, and of no other. One build patches all of them at once, so that what is less severe goes along with what is worse,
 * also where its own mode would be another: a rule that mixed the modes of several findings could not be told from the
 * worst finding alone, which is what a person looks at first.
 * @param severities of the open findings, any order, repetitions allowed; none: `mode`
 */
export function patchMode(
  { mode, modeBySeverity }: Pick<Policy, 'mode' | 'modeBySeverity'>,
  severities: readonly Severity[],
): Policy['mode'] {
  const worst = SEVERITIES.findLast((severity) => severities.includes(severity));
  return (worst === undefined ? undefined : modeBySeverity[worst]) ?? mode;
}
