import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunction, functionNames, zipBundle } from './bundle/bundle-function';

/** Where the zips go. */
const OUTPUT = join(__dirname, '../dist/functions');
/** Bytes that a zip should not exceed: each is loaded at every cold start. */
const AIM = 400_000;

/** Writes one zip per function under `dist/functions/`, and prints their sizes. The same sources give the same bytes. */
async function main(): Promise<void> {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  for (const name of functionNames()) {
    const bundle = await bundleFunction(name);
    const zip = zipBundle(bundle);
    writeFileSync(join(OUTPUT, `${name}.zip`), zip);
    const sizes = `${kilobytes(zip.length)} zipped, ${kilobytes(bundle.code.length)} of code`;
    process.stdout.write(
      `${name.padEnd(20)} ${sizes}${zip.length > AIM ? `, over the aim of ${kilobytes(AIM)}` : ''}\n`,
    );
  }
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000)} kB`;
}

void main();
