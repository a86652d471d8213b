import type { RebuildSignal } from '../../domain/ports';

/**
 * A signal whose every put is an Update to EventBridge. A parameter that somebody had deleted is made anew by the next put:
 * that is a Create (Systems Manager user guide, sysman-paramstore-cwe), which Terraform's own first one is too, and on
 * which the rule starts no build. So it is put
 * once more. A crash in between is mended by the repetition of the whole step.
 */
export function asUpdates(signal: RebuildSignal): RebuildSignal {
  return {
    get: async (image) => await signal.get(image),
    put: async (image, value) => {
      const put = await signal.put(image, value);
      return put.version === 1 ? await signal.put(image, value) : put;
    },
  };
}
