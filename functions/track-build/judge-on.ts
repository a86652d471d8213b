import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import type { Clock, FindingTable } from '../../domain/ports';
import { readHead, requestReplan, updateHead } from '../../domain/table/head-changes';
import { currentDigest, keptDigests } from '../../domain/table/head-item';
import { judgeFindings } from '../../domain/table/judge-findings';

/** Judges every finding on the digest that has just become current, and has generate-patch look at them. */
export async function judgeOn(
  ports: { readonly table: FindingTable; readonly exceptions: Estate['exceptions']; readonly clock: Clock },
  image: GoldenImage,
  digest: string,
): Promise<void> {
  const { table, exceptions, clock } = ports;
  const head = await readHead(table, image.name);
  if (currentDigest(head) !== digest) return;
  await judgeFindings(table, image, { current: digest, keep: keptDigests(head), exceptions, now: clock() });
  await requestReplan(table, image.name, `${digest} is promoted`);
  await updateHead(table, image.name, (known) =>
    known.promoted?.digest !== digest || known.judged === digest ? undefined : { ...known, judged: digest },
  );
}
