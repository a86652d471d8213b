import type { Operation, RefusalCode } from './operations';
import type { Problem } from './problem';

/** What one simple command came to. */
export type Outcome =
  | { readonly kind: 'operations'; readonly operations: readonly Operation[] }
  /** Understood, and without effect on packages (`set -e`). */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A command without effect on packages. */
export const NOTHING: Outcome = { kind: 'nothing' };

/** A command that means one operation. */
export function accept(operation: Operation): Outcome {
  return { kind: 'operations', operations: [operation] };
}

/** A command that is refused. */
export function refuse(code: RefusalCode, message: string): Outcome {
  return { kind: 'refused', problem: { code, message } };
}
