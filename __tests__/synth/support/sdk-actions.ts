import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const CHECKOUT = join(__dirname, '../../..');

/** IAM's prefix of each client's service, where it is not called like the client. */
const SERVICES: Readonly<Record<string, string>> = { 'bedrock-runtime': 'bedrock', eventbridge: 'events' };
/** IAM's action of each operation, where it is not called alike (Service Authorization Reference). */
const ACTIONS: Readonly<Record<string, string>> = {
  'bedrock:Converse': 'bedrock:InvokeModel',
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectsV2': 's3:ListBucket',
};

/** An SDK call in the source, and the right that it takes. */
export interface SdkCall {
  /** e.g. `dynamodb:GetItem`. */
  readonly action: string;
  /** File, relative to the checkout. */
  readonly file: string;
}

/** Every SDK call in the modules that a function's bundle is made of: its own source, found from its entry point. */
export async function sdkCalls(functionName: string): Promise<readonly SdkCall[]> {
  const { metafile } = await build({
    entryPoints: [join(CHECKOUT, 'functions', functionName, 'handler.ts')],
    absWorkingDir: CHECKOUT,
    bundle: true,
    platform: 'node',
    packages: 'external',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  return Object.keys(metafile.inputs)
    .sort()
    .flatMap((file) => callsIn(readFileSync(join(CHECKOUT, file), 'utf8')).map((action) => ({ action, file })));
}

/** The rights that the SDK calls of a source text take. */
export function callsIn(source: string): readonly string[] {
  const imports = [
    ...source.matchAll(/import\s*\{(?<names>[^}]*)\}\s*from\s*'@aws-sdk\/client-(?<client>[a-z0-9-]+)'/g),
  ];
  const serviceOf = new Map(
    imports.flatMap(({ groups }) =>
      (groups?.['names'] ?? '')
        .split(',')
        .map((name) => [name.trim(), SERVICES[groups?.['client'] ?? ''] ?? groups?.['client'] ?? ''] as const),
    ),
  );
  const calls = [...source.matchAll(/\bnew (?<command>\w+Command)\(|\b(?<paginator>paginate\w+)\(/g)].flatMap(
    ({ groups }) => {
      const name = groups?.['command'] ?? groups?.['paginator'] ?? '';
      const service = serviceOf.get(name);
      const operation = name.replace(/Command$/, '').replace(/^paginate/, '');
      return service === undefined ? [] : [`${service}:${operation}`];
    },
  );
  return [...new Set(calls.map((call) => ACTIONS[call] ?? call))].sort();
}

/** Names of the variables that a handler reads from its environment. */
export function variablesRead(functionName: string): readonly string[] {
  const source = readFileSync(join(CHECKOUT, 'functions', functionName, 'handler.ts'), 'utf8');
  const list = /readEnvironment\(\[(?<names>[^\]]*)\]/.exec(source)?.groups?.['names'] ?? '';
  return [...list.matchAll(/'(?<name>[A-Z_]+)'/g)].map(({ groups }) => groups?.['name'] ?? '');
}
