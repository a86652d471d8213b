import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import * as esbuild from 'esbuild';
import { deterministicZip } from './deterministic-zip';

/** Root of the checkout. */
const ROOT = join(__dirname, '../..');
/** Name of the code in the zip: Lambda's handler setting is `index.handler`. */
const CODE_FILE = 'index.js';

/** Code that is ready for a Lambda. */
export interface LambdaBundle {
  readonly code: Uint8Array;
  /** Which module brought how many bytes. */
  readonly metafile: Metafile;
}

/** Names of the functions: the folders below `functions/` that have a `handler.ts`. */
export function functionNames(): string[] {
  return readdirSync(join(ROOT, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(ROOT, 'functions', entry.name)).includes('handler.ts'))
    .map(({ name }) => name)
    .sort();
}

/** Bundles one function with the SDK and all else that it uses. */
export async function bundleFunction(name: string): Promise<LambdaBundle> {
  return await bundleLambda({ entryPoints: [join(ROOT, 'functions', name, 'handler.ts')] });
}

/** Bundles any entry the way functions are bundled. */
export async function bundleLambda(
  entry: { entryPoints: string[] } | { stdin: { contents: string; resolveDir: string; loader: 'ts' } },
): Promise<LambdaBundle> {
  const { outputFiles, metafile } = await esbuild.build({
    ...entry,
    absWorkingDir: ROOT,
    outfile: CODE_FILE,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // esbuild's default charset, ASCII, is kept: V8 reads it as one byte a character, in half the time.
    // ES modules first: what nobody uses of them stays out.
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    write: false,
    metafile: true,
    logLevel: 'error',
    plugins: [zodByMember, onlyLambdaCredentials, noBearerTokens, noEventStreams],
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild gave no output');
  return { code: output.contents, metafile };
}

/** The zip of a function's code. */
export function zipBundle({ code }: Pick<LambdaBundle, 'code'>): Uint8Array {
  return deterministicZip({ [CODE_FILE]: code });
}

/**
 * `z` as a name keeps all of zod, its messages in some 50 languages included; as a namespace only what is used of it. The
 * two mean the same to the code.
 */
const zodByMember: Plugin = {
  name: 'zod-by-member',
  setup: (build) => {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace("import { z } from 'zod';", "import * as z from 'zod';"),
      loader: 'ts',
    }));
  },
};

const onlyLambdaCredentials: Plugin = {
  name: 'only-lambda-credentials',
  setup: (build) => {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(__dirname, 'lambda-credentials.ts'),
    }));
  },
};

const noBearerTokens: Plugin = {
  name: 'no-bearer-tokens',
  setup: (build) => {
    build.onResolve({ filter: /^@aws-sdk\/token-providers$/ }, () => ({ path: join(__dirname, 'lambda-tokens.ts') }));
  },
};

const noEventStreams: Plugin = {
  name: 'no-event-streams',
  setup: (build) => {
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: join(__dirname, 'no-event-streams.ts') } : undefined,
    );
  },
};
