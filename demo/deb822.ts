/** The fields of one paragraph; names as written, continuation lines joined by line ends. */
export type Stanza = ReadonlyMap<string, string>;

/**
 * Splits a file of control paragraphs (dpkg's status, apt's Packages and `.sources`; deb822(5)) into its stanzas.
 * Comment lines and lines that are no field are skipped.
 */
export function parseStanzas(text: string): Stanza[] {
  return text
    .split(/\n\s*\n/)
    .map(parseStanza)
    .filter((stanza) => stanza.size > 0);
}

/** A binary package's source: `Source: name (version)`, where both parts default to the binary's own. */
export function sourceOf(stanza: Stanza): { readonly source: string; readonly sourceVersion: string } {
  const [, name, version] = /^(\S+)(?:\s+\(([^)]+)\))?/.exec(stanza.get('Source') ?? '') ?? [];
  return {
    source: name ?? stanza.get('Package') ?? '',
    sourceVersion: version ?? stanza.get('Version') ?? '',
  };
}

function parseStanza(block: string): Stanza {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of block.split('\n')) {
    if (line.startsWith('#')) continue;
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
      continue;
    }
    const [, name, value] = /^([!-9;-~]+):\s*(.*)$/.exec(line) ?? [];
    last = name;
    if (name !== undefined) fields.set(name, (value ?? '').trim());
  }
  return fields;
}
