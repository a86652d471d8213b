import type { PatchAuthor } from '../ports';
import type { AuthorChoice } from './proposal';

/** Who is asked for commands. */
export type Authors =
  | {
      readonly choice: 'rules';
      /** Why, where it is not for the configuration's word; a sentence. */
      readonly why?: string;
    }
  | { readonly choice: Exclude<AuthorChoice, 'rules'>; readonly model: PatchAuthor };
