import { bundleFunction, functionNames, zipBundle } from '../../../scripts/bundle/bundle-function';
import { deterministicZip } from '../../../scripts/bundle/deterministic-zip';

/** The zips of all functions by name, made from the sources as they are now, as `npm run bundle` makes them. */
export async function makeLambdaZips(): Promise<ReadonlyMap<string, Uint8Array>> {
  const zips = new Map<string, Uint8Array>();
  for (const name of functionNames()) zips.set(name, zipBundle(await bundleFunction(name)));
  return zips;
}

/** The layer that brings the estate to the functions (docs/adr/0005). @param config `golden-images.yaml`, parsed */
export function makeEstateLayer(config: object): Uint8Array {
  return deterministicZip({ [ESTATE_NAME]: Buffer.from(JSON.stringify(config)) });
}

/** Name of the estate in its layer. */
export const ESTATE_NAME = 'golden-images.json';
