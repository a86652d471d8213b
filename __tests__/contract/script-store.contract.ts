import { createHash } from 'node:crypto';
import { BadInputError } from '../../domain/errors';
import type { ScriptStore } from '../../domain/ports';

/** One store of an implementation, empty at first. */
export interface ScriptStoreHarness {
  readonly store: ScriptStore;
  /** Changes the bytes of a stored object behind the store's back. */
  damage(uri: string): Promise<void>;
  /** Removes a stored object behind the store's back. */
  remove(uri: string): Promise<void>;
  dispose(): Promise<void>;
}

const hash = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Names that would leave the store's room, or name nothing. */
export const refusedNames = ['', '.', '..', '../x', 'a/../b', 'a/..', '/a', 'a/', 'a//b', '..\\x', 'a\ud800'];

/** Registers the tests that every {@link ScriptStore} must pass. */
export function describeScriptStore(name: string, makeHarness: () => Promise<ScriptStoreHarness>): void {
  describe(`ScriptStore: ${name}`, () => {
    let harness: ScriptStoreHarness;
    let store: ScriptStore;
    beforeEach(async () => {
      harness = await makeHarness();
      store = harness.store;
    });
    afterEach(async () => {
      await harness.dispose();
    });

    test.each([
      ['a script', '#!/bin/sh\nset -eu\nprintf "%s\\n" "é 😀"\n'],
      ['no byte', ''],
      ['a byte order mark, CR LF and a NUL', '\ufeffa\r\nb\u0000c\r\n'],
      ['a megabyte', 'x'.repeat(1_000_000)],
    ])('gives %s back under the hash of its bytes', async (_what, script) => {
      const { uri, sha256 } = await store.putScript('debian-12', script);
      expect(sha256).toBe(hash(script));
      expect(uri.endsWith(`scripts/debian-12/${sha256}.sh`)).toBe(true);
      expect(await store.getScript(uri)).toBe(script);
    });

    test('the same script again changes nothing, another gets another URI, another image its own', async () => {
      const first = await store.putScript('debian-12', 'echo 1\n');
      expect(await store.putScript('debian-12', 'echo 1\n')).toStrictEqual(first);
      const second = await store.putScript('debian-12', 'echo 2\n');
      const elsewhere = await store.putScript('alpine', 'echo 1\n');
      expect(new Set([first.uri, second.uri, elsewhere.uri]).size).toBe(3);
      expect(await store.getScript(first.uri)).toBe('echo 1\n');
    });

    test('ten puts of one script at once agree', async () => {
      const puts = await Promise.all(Array.from({ length: 10 }, () => store.putScript('debian-12', 'echo 1\n')));
      expect(new Set(puts.map(({ uri }) => uri)).size).toBe(1);
      expect(await store.getScript(puts[0]!.uri)).toBe('echo 1\n');
    });

    test('a script that is missing or was changed is refused, and not written over', async () => {
      const { uri } = await store.putScript('debian-12', 'echo 1\n');
      await harness.damage(uri);
      await expect(store.getScript(uri)).rejects.toThrow(/was changed/);
      await expect(store.getScript(uri)).rejects.toThrow(BadInputError);
      await expect(store.putScript('debian-12', 'echo 1\n')).rejects.toThrow(BadInputError);
      await harness.remove(uri);
      await expect(store.getScript(uri)).rejects.toThrow(BadInputError);
      expect((await store.putScript('debian-12', 'echo 1\n')).uri).toBe(uri);
      expect(await store.getScript(uri)).toBe('echo 1\n');
    });

    test('keeps audit papers, the newest under each name', async () => {
      const uri = await store.putAudit('debian-12', 'PATCH#000001/proposal.json', '{"a":1}');
      expect(await store.putAudit('debian-12', 'PATCH#000001/proposal.json', '{"a":2}')).toBe(uri);
      const other = await store.putAudit('debian-12', 'PATCH#000001', 'é');
      expect(await store.getAudit(uri)).toBe('{"a":2}');
      expect(await store.getAudit(other)).toBe('é');
      await harness.remove(uri);
      expect(await store.getAudit(uri)).toBeUndefined();
    });

    test('keeps images apart whatever their names are', async () => {
      const names = ['a', 'a/b', 'a%2Fb', 'a%252Fb', 'A b', 'ä', "it's *", '...', '-rf', '.hidden', 'a\u0000b'];
      const uris: string[] = [];
      for (const image of names) {
        uris.push(await store.putAudit(image, 'c', `${image} c`), await store.putAudit(image, 'b/c', `${image} b/c`));
        const { uri } = await store.putScript(image, 'true\n');
        expect(await store.getScript(uri)).toBe('true\n');
      }
      expect(new Set(uris).size).toBe(2 * names.length);
      for (const [index, image] of names.entries()) {
        expect(await store.getAudit(uris[2 * index]!)).toBe(`${image} c`);
        expect(await store.getAudit(uris[2 * index + 1]!)).toBe(`${image} b/c`);
      }
    });

    test.each(refusedNames)('refuses the name %p', async (refused) => {
      await expect(store.putScript(refused, 'true\n')).rejects.toThrow(BadInputError);
      await expect(store.putAudit(refused, 'x', '')).rejects.toThrow(BadInputError);
      await expect(store.putAudit('debian-12', refused, '')).rejects.toThrow(BadInputError);
    });

    test('refuses URIs that it did not give out', async () => {
      const script = await store.putScript('debian-12', 'true\n');
      const audit = await store.putAudit('debian-12', 'x', '');
      const bad = ['', 'x', 'scripts/a', '/etc/passwd', '../x', 'audit/../scripts/x', 'audit/%2e%2e/x', 'audit/a/%zz'];
      for (const uri of [...bad, `${audit}/x`, `./${audit}`, 'audit/a/..', 'audit/..%2Fa/x', script.uri]) {
        await expect(store.getAudit(uri)).rejects.toThrow(BadInputError);
      }
      for (const uri of [...bad, audit, script.uri.toUpperCase(), script.uri.slice(0, -3), `${script.uri}.sh`]) {
        await expect(store.getScript(uri)).rejects.toThrow(BadInputError);
      }
    });

    test('refuses text that UTF-8 cannot hold, which would be read back as another', async () => {
      await expect(store.putScript('debian-12', 'echo \ud800')).rejects.toThrow(BadInputError);
      await expect(store.putAudit('debian-12', 'x', '\udc00')).rejects.toThrow(BadInputError);
    });
  });
}
