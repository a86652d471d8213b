import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { RiskException } from '../../domain/policy/exception';
import type { FindingTable } from '../../domain/ports';
import { isFindingItem } from '../../domain/table/finding-item';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import type { OpenVexDocument } from '../../domain/vex/open-vex';
import { openVexOf } from '../../domain/vex/open-vex';

/** What a document is asked for with. */
export interface VexRequest {
  readonly table: Pick<FindingTable, 'query'>;
  readonly exceptions: readonly RiskException[];
  readonly author: string;
  readonly id?: string;
  readonly now: Date;
}

/**
 * The OpenVEX document of a golden image, out of a state.
 * @throws BadInputError where nothing is known of the image
 */
export async function vexOf(image: GoldenImage, { table, ...request }: VexRequest): Promise<OpenVexDocument> {
  const items = await table.query(imagePartition(image.name));
  const document = openVexOf(image, {
    ...request,
    head: items.find(isHeadItem),
    findings: items.filter(isFindingItem),
    patches: items.filter(isPatchItem),
  });
  if (document !== undefined) return document;
  throw new BadInputError(`there is nothing to state of golden image ${image.name}: no finding of it is known`, {
    hint: 'check the name and the state; an OpenVEX document has at least one statement',
  });
}
