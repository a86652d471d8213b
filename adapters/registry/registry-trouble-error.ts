import { GoldenImagesError } from '../../domain/errors';
import type { ParentTrouble } from '../../domain/reconcile/parent-digest';

/** A registry did not tell what it was asked. */
export class RegistryTroubleError extends GoldenImagesError {
  override readonly name: string = 'RegistryTroubleError';
  readonly trouble: ParentTrouble;
  /** True where asking the same registry for another image would come to the same. */
  readonly isWholeRegistry: boolean;

  constructor(
    trouble: ParentTrouble,
    message: string,
    options: { isWholeRegistry?: boolean; hint?: string; cause?: unknown } = {},
  ) {
    super('internal', message, options);
    this.trouble = trouble;
    this.isWholeRegistry = options.isWholeRegistry ?? false;
  }
}
