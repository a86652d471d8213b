import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { reportError } from './cli/output/report-error';
import { BadInputError } from './domain/errors';
import { writeEstateZip } from './scripts/estate-zip';
import { removeFormerStacks, synthesizedStacks } from './scripts/former-stacks';
import { ImagesStack } from './stacks/images-stack/images-stack';
import { FUNCTIONS } from './stacks/patching-stack/functions';
import { PatchingStack } from './stacks/patching-stack/patching-stack';
import { ScanningStack } from './stacks/scanning-stack/scanning-stack';
import { loadSettings } from './stacks/settings/settings';

/** Where `npm run bundle` leaves the functions' code. */
const FUNCTIONS_DIRECTORY = join(__dirname, 'dist/functions');

/** Synthesizes the stacks of the environment that `ENVIRONMENT` names, into `cdktf.out/`, and leaves no others there. */
function main(): void {
  const settings = loadSettings(
    process.env['GOLDEN_IMAGES_CONFIG'] ?? 'golden-images.yaml',
    process.env['ENVIRONMENT'],
  );
  const { environment, estate } = settings;
  assertBundled();
  const estateZip = writeEstateZip(estate, join(__dirname, `dist/estate/${environment.name}/golden-images.zip`));
  const app = new App();
  const former = synthesizedStacks(app.outdir);
  if (environment.scanning !== undefined) new ScanningStack(app, settings, environment.scanning);
  new PatchingStack(app, settings, { functions: FUNCTIONS_DIRECTORY, estate: estateZip });
  new ImagesStack(app, settings);
  app.synth();
  removeFormerStacks(app.outdir, former);
}

function assertBundled(): void {
  const missing = FUNCTIONS.filter(({ name }) => !existsSync(join(FUNCTIONS_DIRECTORY, `${name}.zip`)));
  if (missing.length > 0)
    throw new BadInputError(`there is no code of ${missing.map(({ name }) => name).join(', ')}`, {
      hint: 'npm run bundle writes it to dist/functions/',
    });
}

try {
  main();
} catch (error) {
  process.exitCode = reportError(error, process.env['VERBOSE'] === '1');
}
