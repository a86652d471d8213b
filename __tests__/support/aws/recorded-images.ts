import { isFindingItem } from '../../../domain/table/finding-item';
import { isHeadItem } from '../../../domain/table/head-item';
import { imagePartition } from '../../../domain/table/keys';
import type { PatchItem } from '../../../domain/table/patch-item';
import { isPatchItem } from '../../../domain/table/patch-item';
import { recordedEvents } from './chain-events';
import type { LambdaChain } from './lambda-chain';
import { PARENT } from './push-golden';

/** The model that the recorded images are patched with. */
export const MODEL = 'eu.anthropic.claude-sonnet-4-6';

/** What Inspector said of real images, by the golden image that each stands for. */
export const RECORDED = {
  golang: recordedEvents('inspector-events/golang_latest.jsonl'),
  debian: recordedEvents('inspector-events/debian_latest.jsonl'),
  alpine: recordedEvents('inspector-events-more/alpine_3.18.2.jsonl'),
  amazonlinux: recordedEvents('inspector-events/amazonlinux_latest.jsonl'),
};

/** What golang's 712 events ask for: package and floor. */
export const GOLANG_TARGETS = ['glibc 2.36-9+deb12u6', 'linux-libc-dev 6.1.85-1', 'util-linux 2.38.1-5+deb12u1'];

/** `golden-images.yaml` of recorded images; their findings are of 2024, and Alpine 3.18 has ended since. */
export function estateOf(...names: readonly (keyof typeof RECORDED)[]): object {
  return {
    version: 1,
    images: names.map((name) => ({
      ...{ name, repository: `golden/${name}`, parent: PARENT.reference },
      contract: { user: 'root' },
    })),
    policy: { patchEndOfLife: true },
    author: 'bedrock-then-rules',
    model: { id: MODEL },
  };
}

/** What lies in the table about an image, and how many findings are in which state. */
export async function tableOf(chain: LambdaChain, image: string) {
  const items = await chain.table.query(imagePartition(image));
  const findings = items.filter(isFindingItem);
  const states: Record<string, number> = {};
  for (const { state, reason } of findings) {
    const key = [state, reason].filter((part) => part !== undefined).join(' ');
    states[key] = (states[key] ?? 0) + 1;
  }
  return { head: items.find(isHeadItem), patches: items.filter(isPatchItem), findings, states };
}

/** Package and floor of a patch's targets. */
export function targetsOf(patch: Pick<PatchItem, 'targets'> | undefined): string[] {
  return (patch?.targets ?? []).map((target) => `${target.package} ${target.floor}`);
}
