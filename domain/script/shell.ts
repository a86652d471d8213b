/**
 * Tag of a shell template: the text as it is written, where `\${` stands for `${`. Values are put in as they are, so
 * they must be templates themselves or quoted.
 */
export function shell(strings: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw(strings, ...values).replaceAll('\\${', '${');
}
