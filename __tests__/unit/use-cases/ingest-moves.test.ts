import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { Finding } from '../../../domain/finding/finding';
import type { FindingTable } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import { readHead } from '../../../domain/table/head-changes';
import type { TableItem } from '../../../domain/table/items';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { digestOf, makeFinding, makeImage, NOW, silent } from '../table/samples';

const image = makeImage();
const estate = { byRepository: new Map([[image.repository, image]]), exceptions: [] };
const ingestInto = (table: FindingTable) => makeIngestFinding({ table, estate, clock: () => NOW, logger: silent });

const old = (name: string): Finding => makeFinding({ package: name, vulnerabilityId: `CVE-2024-${name}` });
const onNew = (overrides: Partial<Finding> = {}): Finding =>
  makeFinding({
    package: 'krb5',
    vulnerabilityId: 'CVE-2024-krb5',
    digest: digestOf('b'),
    pushedAt: '2024-05-20T00:00:00.000Z',
    observedAt: '2024-05-21T00:00:00.000Z',
    ...overrides,
  });

async function states(table: MemoryFindingTable): Promise<Record<string, string>> {
  const items = (await table.query('IMAGE#debian-12')).filter(isFindingItem);
  return Object.fromEntries(items.map((item) => [item.package, `${item.state} ${item.judgedOn?.slice(7, 8) ?? ''}`]));
}

it('a run that dies after the digest moved leaves no finding judged on the old one, once it is tried again', async () => {
  const memory = new MemoryFindingTable();
  await ingestInto(memory)([old('glibc'), old('curl')]);
  expect(await states(memory)).toEqual({ glibc: 'OPEN a', curl: 'OPEN a' });

  let puts = 0;
  const dying: FindingTable = {
    get: async (key) => await memory.get(key),
    query: async (pk, prefix) => await memory.query(pk, prefix),
    delete: async (key, expected) => {
      await memory.delete(key, expected);
    },
    put: async (item: TableItem, expected) => {
      if (++puts > 1) throw new Error('the function died');
      await memory.put(item, expected);
    },
  };
  await expect(ingestInto(dying)([onNew()])).rejects.toThrow('the function died');
  expect((await readHead(memory, image.name))?.adopted?.digest).toBe(digestOf('b'));
  await ingestInto(memory)([onNew()]);
  expect(await states(memory)).toEqual({ glibc: 'PARKED b', curl: 'PARKED b', krb5: 'OPEN b' });

  // And where the facts themselves were already known, so that nothing is folded.
  const [writes] = [memory.changes().length];
  await ingestInto(memory)([onNew()]);
  expect(memory.changes()).toHaveLength(writes);
});

it('a writer that another one overtakes with a newer digest judges again', async () => {
  const memory = new MemoryFindingTable();
  await ingestInto(memory)([old('glibc')]);
  let overtaken = false;
  const slow: FindingTable = {
    get: async (key) => await memory.get(key),
    query: async (pk, prefix) => await memory.query(pk, prefix),
    delete: async (key, expected) => {
      await memory.delete(key, expected);
    },
    put: async (item: TableItem, expected) => {
      if (!overtaken && item['type'] === 'FINDING') {
        overtaken = true;
        await ingestInto(memory)([onNew()]);
      }
      await memory.put(item, expected);
    },
  };
  await ingestInto(slow)([old('curl')]);
  expect(overtaken).toBe(true);
  expect(await states(memory)).toEqual({ glibc: 'PARKED b', curl: 'PARKED b', krb5: 'OPEN b' });
});

it('a candidate that the scanner has seen is not current before it is proven', async () => {
  const memory = new MemoryFindingTable();
  await ingestInto(memory)([old('glibc')]);
  await ingestInto(memory)([onNew({ tags: ['candidate'] })]);
  expect((await readHead(memory, image.name))?.adopted?.digest).toBe(digestOf('a'));
  expect(await states(memory)).toEqual({ glibc: 'OPEN a', krb5: 'PARKED a' });
  await ingestInto(memory)([onNew({ tags: ['candidate', 'stable'], observedAt: '2024-05-22T00:00:00.000Z' })]);
  expect(await states(memory)).toEqual({ glibc: 'PARKED b', krb5: 'OPEN b' });
});
