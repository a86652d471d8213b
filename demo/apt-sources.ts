import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked } from '../adapters/local/run-command';
import { EngineError } from '../domain/errors';
import { parseStanzas } from './deb822';

/** One repository line of apt: a URL with one suite of it. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/** The two archives that a Debian base needs. */
export interface DebianArchives {
  /** The suite's own archive: point-release versions. */
  readonly main: AptSource;
  /** The suite's security archive: the updates since. */
  readonly security: AptSource;
}

const DEBIAN_SUITE = /^(?:bullseye|bookworm|trixie|forky|oldoldstable|oldstable|stable|testing|sid)$/;

/**
 * The binary repositories that this machine's apt is configured with, from `sources.list` and `sources.list.d/*`, in
 * both of apt's formats (one line each, and deb822 `.sources`; sources.list(5)). Disabled entries are left out.
 * @param etcApt apt's configuration directory; default `/etc/apt`
 */
export async function readAptSources(etcApt = '/etc/apt'): Promise<AptSource[]> {
  const parts = join(etcApt, 'sources.list.d');
  const names = await readdir(parts).catch(() => []);
  const files = [join(etcApt, 'sources.list'), ...names.sort().map((name) => join(parts, name))];
  const sources: AptSource[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (file.endsWith('.sources')) sources.push(...parseDeb822Sources(text));
    else if (file.endsWith('.list')) sources.push(...parseOneLineSources(text));
  }
  return sources;
}

/** Reads the one-line format: `deb [options] uri suite component…`. */
export function parseOneLineSources(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    const [, uri, suite, components] = match ?? [];
    return uri === undefined || suite === undefined ? [] : [{ uri, suite, components: words(components) }];
  });
}

/** Reads the deb822 format; an entry with several URIs or suites gives one source for each pair. */
export function parseDeb822Sources(text: string): AptSource[] {
  return parseStanzas(text).flatMap((stanza) => {
    const isOff = /^(?:no|false|without|off|disable)$/i.test(stanza.get('Enabled') ?? '');
    if (isOff || !words(stanza.get('Types')).includes('deb')) return [];
    const components = words(stanza.get('Components'));
    return words(stanza.get('URIs')).flatMap((uri) =>
      words(stanza.get('Suites')).map((suite) => ({ uri, suite, components })),
    );
  });
}

/**
 * The archives of a Debian suite as this machine reaches them. Where apt is configured for another Debian suite, its
 * mirror is taken to carry this one too.
 * @param suite code name, e.g. `bookworm`
 * @throws EngineError where apt here knows no Debian archive, or no security archive
 */
export async function debianArchives(suite: string): Promise<DebianArchives> {
  const sources = await readAptSources();
  const pick = (isWanted: (suite: string) => boolean, exact: string): AptSource | undefined => {
    const found = sources.find((source) => source.suite === exact) ?? sources.find((source) => isWanted(source.suite));
    return found && { uri: found.uri.replace(/\/+$/, ''), suite: exact, components: ['main'] };
  };
  const main = pick((name) => DEBIAN_SUITE.test(name), suite);
  const security = pick(
    (name) => name.endsWith('-security') && DEBIAN_SUITE.test(name.slice(0, -'-security'.length)),
    `${suite}-security`,
  );
  if (main === undefined || security === undefined) {
    throw new EngineError(`this machine's apt sources name no Debian archive with a security suite for ${suite}`, {
      hint: `add "deb MIRROR ${suite} main" and "deb MIRROR-security ${suite}-security main" to sources.list.d`,
    });
  }
  return { main, security };
}

/** Writes a source in the one-line format, without a line end. */
export function formatSource(source: AptSource): string {
  return `deb ${source.uri} ${source.suite} ${source.components.join(' ')}`;
}

/**
 * What this machine's apt must be told to reach its archives (a frozen mirror's validity, a proxy), as `Name "value";`
 * options. Only these few: the rest of the configuration is this machine's own affair.
 */
export async function aptReachOptions(): Promise<string[]> {
  const dump = await runChecked('apt-config', ['dump']);
  const wanted = /^Acquire::(?:Check-Valid-Until|Check-Date|Retries|(?:https?|ftp)::(?:Proxy\S*|Timeout)) ".+";$/;
  return dump.split('\n').filter((line) => wanted.test(line));
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
