/** True where a text is what a filter says, in which `*` stands for any number of characters, also none. */
export function matchesWildcard(filter: string, text: string): boolean {
  const pattern = filter
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(text);
}

/**
 * True where a filter of the registry's scanning configuration covers a repository: one without a wildcard covers every
 * name that contains it (ECR, "Filters to choose which repositories are scanned").
 */
export function coversRepository(filter: string, repository: string): boolean {
  return filter.includes('*') ? matchesWildcard(filter, repository) : repository.includes(filter);
}
