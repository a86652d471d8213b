import type { IConstruct } from 'constructs';
import { BadInputError } from '../domain/errors';

/** Something wrong with one of a module's props. */
export interface PropProblem {
  /** The prop. */
  readonly prop: string;
  /** What is wrong, and what to do about it. */
  readonly message: string;
}

/**
 * Refuses to make a construct of props that are wrong. Stacks ask a module's `validate` first, to say where in the
 * configuration the prop comes from; this is for whoever uses the module alone.
 * @throws BadInputError that lists every problem
 */
export function assertValid(scope: IConstruct, id: string, problems: readonly PropProblem[]): void {
  if (problems.length === 0) return;
  throw new BadInputError(
    problems.map(({ prop, message }) => `${scope.node.path}/${id}: ${prop} ${message}`).join('\n'),
  );
}

/** A problem in a list, or none: for lists that are made of several checks. */
export function problemIf(wrong: boolean, prop: string, message: string): readonly PropProblem[] {
  return wrong ? [{ prop, message }] : [];
}
