/** A package URL taken apart. */
export interface PackageUrl {
  /** Lower case: `deb`, `rpm`, `apk`, `golang`, `npm`, … */
  readonly type: string;
  /** e.g. `debian`, `@babel`; absent where there is none. */
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers: ReadonlyMap<string, string>;
}

/**
 * Parses a package URL (ECMA-427, `pkg:type/namespace/name@version?qualifiers#subpath`); the subpath is not read.
 * @returns undefined where the text is none
 */
export function parsePurl(purl: string): PackageUrl | undefined {
  const body = /^pkg:\/*(?<body>[^#]*)/i.exec(purl)?.groups?.['body'];
  if (body === undefined) return undefined;
  const [path, query = ''] = splitAt(body, body.indexOf('?'));
  const slash = path.lastIndexOf('/');
  // A version begins at the last `@`, a scope (`@babel/core`) at the first of its part.
  const at = path.lastIndexOf('@');
  const [names, version] = at > slash + 1 ? [path.slice(0, at), path.slice(at + 1)] : [path, ''];
  const parts = names.split('/').filter((part) => part !== '');
  const [type, ...rest] = parts;
  const name = rest.pop();
  if (type === undefined || name === undefined) return undefined;
  const namespace = rest.map(percentDecode).join('/');
  return {
    type: type.toLowerCase(),
    ...(namespace !== '' && { namespace }),
    name: percentDecode(name),
    ...(version !== '' && { version: percentDecode(version) }),
    qualifiers: new Map(
      query
        .split('&')
        .map((pair) => splitAt(pair, pair.indexOf('=')))
        .map(([key, value = '']) => [key.toLowerCase(), percentDecode(value)]),
    ),
  };
}

/** Decodes percent-encoding; text that is not well encoded stays as it is. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitAt(text: string, at: number): [string, string?] {
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
