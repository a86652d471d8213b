import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { writeEstateZip } from '../../../scripts/estate-zip';
import type { StackResource } from '../../../scripts/security/stack-json';
import { resourcesOf } from '../../../scripts/security/stack-json';
import type { StackJson } from '../../../scripts/terraform/older-provider';
import { ImagesStack } from '../../../stacks/images-stack/images-stack';
import { FUNCTIONS } from '../../../stacks/patching-stack/functions';
import { PatchingStack } from '../../../stacks/patching-stack/patching-stack';
import { ScanningStack } from '../../../stacks/scanning-stack/scanning-stack';
import type { Settings } from '../../../stacks/settings/settings';
import { loadSettings } from '../../../stacks/settings/settings';

/** Stacks of a configuration, by name, as Terraform gets them. */
export type Synthesized = ReadonlyMap<string, StackJson>;

/** Loads a configuration that is given as text. @param files further files beside it, such as Dockerfiles */
export function settingsOf(yaml: string, environment = 'test', files: Readonly<Record<string, string>> = {}): Settings {
  return inScratch((directory) => {
    for (const [name, text] of Object.entries({ ...files, 'golden-images.yaml': yaml }))
      writeFileSync(join(directory, name), text);
    return loadSettings(join(directory, 'golden-images.yaml'), environment);
  });
}

/** Synthesizes the stacks of a configuration with stand-ins for the functions' code. */
export function synthesize(
  yaml: string,
  environment = 'test',
  files: Readonly<Record<string, string>> = {},
): Synthesized {
  const settings = settingsOf(yaml, environment, files);
  return inScratch((directory) => {
    synthesizeInto(directory, settings);
    const stacks = join(directory, 'out/stacks');
    return new Map(
      readdirSync(stacks).map((name) => [
        name,
        JSON.parse(readFileSync(join(stacks, name, 'cdk.tf.json'), 'utf8')) as StackJson,
      ]),
    );
  });
}

/** Synthesizes into `<directory>/out`, with stand-ins for the functions' code. */
export function synthesizeInto(directory: string, settings: Settings): void {
  const functions = join(directory, 'functions');
  mkdirSync(functions, { recursive: true });
  for (const { name } of FUNCTIONS) writeFileSync(join(functions, `${name}.zip`), `code of ${name}`);
  const estate = writeEstateZip(settings.estate, join(directory, 'estate/golden-images.zip'));
  const app = new App({ outdir: join(directory, 'out') });
  const { scanning } = settings.environment;
  if (scanning !== undefined) new ScanningStack(app, settings, scanning);
  new PatchingStack(app, settings, { functions, estate });
  new ImagesStack(app, settings);
  app.synth();
}

/** Runs an action with a directory that is gone afterwards. */
export function inScratch<T>(action: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'golden-images-synth-'));
  try {
    return action(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A stack that must be there. */
export function stackOf(synthesized: Synthesized, name: string): StackJson {
  const stack = synthesized.get(name);
  if (stack === undefined) throw new Error(`there is no stack ${name}: ${[...synthesized.keys()].join(', ')}`);
  return stack;
}

/** The only resource of a type below a construct's path (without the stack's name). */
export function only(stack: StackJson, type: string, path = ''): Readonly<Record<string, unknown>> {
  const found = resourcesOf(stack).filter((one) => one.type === type && inside(one, path));
  const [first] = found;
  if (found.length !== 1 || first === undefined)
    throw new Error(`${found.length} resources ${type} below ${path}: ${found.map((one) => one.path).join(', ')}`);
  return first.attributes;
}

/** True where a resource is below a construct's path (without the stack's name). */
export function inside({ path }: StackResource, construct: string): boolean {
  const below = path.slice(path.indexOf('/') + 1);
  return construct === '' || below === construct || below.startsWith(`${construct}/`);
}
