import { z } from 'zod';
import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import type { InstalledPackage } from '../../domain/ecosystems/ecosystem';
import { GoldenImagesError } from '../../domain/errors';
import type { Clock, FindingTable, ScriptStore } from '../../domain/ports';
import { readHead } from '../../domain/table/head-changes';
import { keptDigests } from '../../domain/table/head-item';
import { patchKey } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { observeDigest } from '../../functions/track-build/observe-digest';

const packageList = z
  .array(
    z.object({
      name: z.string(),
      version: z.string(),
      arch: z.string(),
      source: z.string(),
      sourceVersion: z.string(),
      held: z.boolean(),
    }),
  )
  .min(1);

/**
 * The local mode has no scanner of its own: findings keep coming for the image that was scanned, while the current one
 * is what was promoted here. What its package database says about each of them is observed, so that a finding that is
 * new and not yet fixed opens, and one that the patch has settled stays settled.
 * @throws GoldenImagesError where the list of its packages is gone from the state directory
 */
export async function observePromoted(
  ports: { readonly table: FindingTable; readonly scripts: ScriptStore; readonly clock: Clock },
  image: GoldenImage,
  exceptions: Estate['exceptions'],
): Promise<void> {
  const head = await readHead(ports.table, image.name);
  const promoted = head?.promoted;
  if (promoted?.packagesUri === undefined || promoted.patch === undefined) return;
  const patch = await ports.table.get(patchKey(image.name, promoted.patch));
  if (patch === undefined || !isPatchItem(patch) || patch.ecosystem === undefined) return;
  await observeDigest(
    ports,
    image,
    {
      digest: promoted.digest,
      ecosystem: patch.ecosystem,
      packages: await readPackages(ports.scripts, promoted.packagesUri),
    },
    {
      exceptions,
      from: new Set([...promoted.descendsFrom, head?.adopted?.digest].filter((digest) => digest !== undefined)),
      keep: keptDigests(head),
    },
  );
}

async function readPackages(scripts: ScriptStore, uri: string): Promise<InstalledPackage[]> {
  const text = await scripts.getAudit(uri);
  const parsed = packageList.safeParse(text === undefined ? undefined : JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new GoldenImagesError(
    'internal',
    `the package list ${uri} of the promoted image is not in the state directory`,
    {
      hint: 'restore the state directory, or start over with another --state',
      cause: parsed.error,
    },
  );
}
