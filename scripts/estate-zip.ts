import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { GoldenImagesConfig } from '../domain/config/config-schema';
import { deterministicZip } from './bundle/deterministic-zip';

/**
 * Writes the document that the functions read, as the layer's zip. The same estate gives the same bytes.
 * @returns its absolute path
 */
export function writeEstateZip(estate: GoldenImagesConfig, file: string): string {
  const path = resolve(file);
  const document = `${JSON.stringify(estate, null, 1)}\n`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, deterministicZip({ 'golden-images.json': new TextEncoder().encode(document) }));
  return path;
}
