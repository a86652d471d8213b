import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { unzipSync } from 'fflate';
import { deterministicZip } from '../../../scripts/bundle/deterministic-zip';
import { writeEstateZip } from '../../../scripts/estate-zip';
import { ImagesStack } from '../../../stacks/images-stack/images-stack';
import { FUNCTIONS } from '../../../stacks/patching-stack/functions';
import { PatchingStack } from '../../../stacks/patching-stack/patching-stack';
import { loadSettings } from '../../../stacks/settings/settings';

/** Account that moto answers with (moto's documentation, "MOTO_ACCOUNT_ID"). */
export const EMULATOR_ACCOUNT = '123456789012';
/** Region of the tests. */
export const EMULATOR_REGION = 'eu-central-1';
/** Name of the environment that {@link EMULATED_ESTATE} declares. */
export const EMULATED_ENVIRONMENT = 'test';

/** An estate of one image per ecosystem, in the emulator's account, of which everything may be destroyed. */
export const EMULATED_ESTATE = `version: 1
policy: { minimumSeverity: HIGH, removable: [linux-libc-dev] }
images:
  - { name: debian-12, repository: golden/debian-12, parent: 'public.ecr.aws/docker/library/debian:12-slim' }
  - { name: amazonlinux-2023, repository: golden/amazonlinux-2023, parent: 'public.ecr.aws/amazonlinux/amazonlinux:2023', releasever: latest }
  - { name: alpine-3.22, repository: golden/alpine-3.22, parent: 'public.ecr.aws/docker/library/alpine:3.22', platform: ALPINE_LINUX_3_22 }
environments:
  ${EMULATED_ENVIRONMENT}:
    account: '${EMULATOR_ACCOUNT}'
    region: ${EMULATOR_REGION}
    backend: { type: local }
    removalProtection: false
    model: { id: eu.anthropic.claude-sonnet-4-6 }
    notifications: { emails: [platform-team@example.com] }
`;

/** Where the stacks of an estate were synthesized. */
export interface SynthesizedEstate {
  /** Folder of the stack that handles findings. */
  readonly patching: string;
  /** Folder of the stack of the golden images. */
  readonly images: string;
  /** What the functions read as `ESTATE_FILE`: the layer's document, unzipped. */
  readonly estateFile: string;
  /** Deletes all of it. */
  remove(): void;
}

/** How an estate is synthesized. */
export interface SynthesisOptions {
  /** Text of `golden-images.yaml`; default {@link EMULATED_ESTATE}. */
  readonly config?: string;
  /** Default {@link EMULATED_ENVIRONMENT}. */
  readonly environment?: string;
  /** Directory with one zip per function, as `npm run bundle` writes it; default stand-ins, which do nothing. */
  readonly functions?: string;
}

/** Synthesizes the patching and images stacks of an estate in this process, without `main.ts` and without bundling. */
export function synthesizeEstate(options: SynthesisOptions = {}): SynthesizedEstate {
  const root = mkdtempSync(join(tmpdir(), 'golden-images-synth-'));
  const config = join(root, 'golden-images.yaml');
  writeFileSync(config, options.config ?? EMULATED_ESTATE);
  const settings = loadSettings(config, options.environment ?? EMULATED_ENVIRONMENT);
  const estate = writeEstateZip(settings.estate, join(root, 'estate/golden-images.zip'));
  const app = new App({ outdir: join(root, 'cdktf.out') });
  new PatchingStack(app, settings, {
    functions: options.functions ?? standInFunctions(join(root, 'functions')),
    estate,
  });
  new ImagesStack(app, settings);
  app.synth();
  const stack = (kind: string): string => join(root, `cdktf.out/stacks/${kind}-${settings.environment.name}`);
  return {
    patching: stack('patching'),
    images: stack('images'),
    estateFile: unzipped(estate),
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function unzipped(zip: string): string {
  const file = zip.replace(/\.zip$/, '.json');
  writeFileSync(file, unzipSync(readFileSync(zip))['golden-images.json'] ?? '');
  return file;
}

function standInFunctions(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const code = deterministicZip({ 'index.js': new TextEncoder().encode('exports.handler = async () => ({});\n') });
  for (const { name } of FUNCTIONS) writeFileSync(join(directory, `${name}.zip`), code);
  return directory;
}
