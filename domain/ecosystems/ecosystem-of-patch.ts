import { ecosystemOf } from '.';
import type { GoldenImage } from '../config/golden-image';
import { ecosystemIdFor } from '../config/golden-image';
import type { PatchItem } from '../table/patch-item';
import type { Ecosystem, EcosystemId } from './ecosystem';

/** The ecosystem of a patch; undefined of one that has no targets, and whose image's package manager is not known. */
export function ecosystemOfPatch({ ecosystem }: Pick<PatchItem, 'ecosystem'>): Ecosystem | undefined {
  return ecosystem === undefined ? undefined : ecosystemOf(ecosystem as EcosystemId);
}

/** The ecosystem of an image by what is declared, or was found in its base; undefined where neither tells. */
export function ecosystemOfImage(image: GoldenImage): Ecosystem | undefined {
  const id = ecosystemIdFor(image, undefined);
  return id === undefined ? undefined : ecosystemOf(id);
}
