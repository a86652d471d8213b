/** What a registry asks for: a token, and where to get it (distribution, "Token Authentication Specification"). */
export interface BearerChallenge {
  /** URL, as the registry wrote it. */
  readonly realm: string;
  readonly service?: string;
  readonly scope?: string;
}

/** Longest header that is read, in characters. */
const LENGTH_LIMIT = 4096;
const PARAMETER = /\s*(?<name>[a-z_]+)=(?:"(?<quoted>[^"]*)"|(?<plain>[^\s,"]+))\s*(?:,|$)/iy;

/** Reads a `WWW-Authenticate` header. @returns undefined where it asks for no bearer token, or says not where to get it */
export function parseBearerChallenge(header: string | undefined): BearerChallenge | undefined {
  if (header === undefined || header.length > LENGTH_LIMIT) return undefined;
  const start = /(?:^|,)\s*Bearer\s+/i.exec(header);
  if (start === null) return undefined;
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = start.index + start[0].length;
  for (let found = PARAMETER.exec(header); found !== null; found = PARAMETER.exec(header)) {
    const { name = '', quoted, plain = '' } = found.groups ?? {};
    parameters.set(name.toLowerCase(), quoted ?? plain);
  }
  const [realm, service, scope] = ['realm', 'service', 'scope'].map((name) => parameters.get(name));
  if (realm === undefined || realm === '') return undefined;
  return { realm, ...(service !== undefined && { service }), ...(scope !== undefined && { scope }) };
}
