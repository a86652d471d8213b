/** The closed list of commands, verbs and flags of one ecosystem. */
export interface Grammar {
  readonly commands: readonly string[];
}
