import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { toEstate } from '../../../domain/config/golden-image';
import { parseRecord } from '../../../domain/finding/parse-record';
import { openFindings } from '../../../domain/plan/open-findings';
import { makePlan } from '../../../domain/plan/plan';
import { isFindingItem } from '../../../domain/table/finding-item';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { inspectorFinding, inspectorPackage } from '../finding/inspector-sample';
import { NOW, silent } from '../table/samples';

const estate = toEstate({
  version: 1,
  images: [{ name: 'debian-12', repository: 'golden/debian-12', parent: 'debian:12' }],
});

/** Names of the targets that come of one HIGH finding with these packages, by parser, table, policy and plan. */
export async function replayedPlan(packages: readonly object[]): Promise<string[]> {
  const table = new MemoryFindingTable();
  const ingest = makeIngestFinding({ table, estate, clock: () => NOW, logger: silent });
  const vulnerable = packages.map((one) => inspectorPackage({ fixedInVersion: '0:99.0-1', ...one }));
  await ingest(parseRecord(inspectorFinding(vulnerable)).findings);
  const image = estate.byRepository.get('golden/debian-12');
  if (image === undefined) throw new Error('the estate lost its image');
  const items = await table.query('IMAGE#debian-12');
  const plan = makePlan(image, openFindings(items.filter(isFindingItem)));
  return (plan?.targets ?? []).map((target) => target.package);
}
