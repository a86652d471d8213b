import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';

const CHECKOUT = join(__dirname, '../..');
const NODE = join(CHECKOUT, 'node_modules/.bin/node');
const SOURCES = ['adapters', 'domain', 'functions', 'scripts', 'package.json', 'tsconfig.json'];
const FUNCTIONS = [
  'generate-patch',
  'ingest-finding',
  'reconcile-findings',
  'signal-rebuild',
  'start-build',
  'track-build',
];
const LIMIT_BYTES = 400_000;

/** A checkout of its own, in which `npm run bundle` has run in a time zone. */
interface Bundled {
  readonly directory: string;
  readonly said: string;
  readonly zips: ReadonlyMap<string, Uint8Array>;
}

let scratch: string;
let here: Bundled;
let there: Bundled;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'golden-images-bundles-'));
  here = await bundleIn(join(scratch, 'here'), 'America/New_York');
  there = await bundleIn(join(scratch, 'a longer way', 'there'), 'Asia/Tokyo');
}, 120_000);
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function bundleIn(directory: string, timeZone: string): Promise<Bundled> {
  await mkdir(directory, { recursive: true });
  for (const source of SOURCES) await cp(join(CHECKOUT, source), join(directory, source), { recursive: true });
  await symlink(join(CHECKOUT, 'node_modules'), join(directory, 'node_modules'));
  const { stdout } = await promisify(execFile)(NODE, ['--import', 'tsx', 'scripts/bundle.ts'], {
    cwd: directory,
    env: { ...process.env, TZ: timeZone },
  });
  const folder = join(directory, 'dist/functions');
  const zips = new Map<string, Uint8Array>();
  for (const name of await readdir(folder)) zips.set(name, await readFile(join(folder, name)));
  return { directory, said: stdout, zips };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const zipOf = (name: string): Uint8Array => here.zips.get(`${name}.zip`) ?? new Uint8Array();
const codeOf = (name: string): string => new TextDecoder().decode(unzipSync(zipOf(name))['index.js']);

it('one zip per function that has a handler, of the same bytes in another folder and another time zone', () => {
  const hashes = ({ zips }: Bundled): unknown => [...zips].map(([name, bytes]) => [name, sha256(bytes)]);
  expect([...here.zips.keys()].sort()).toEqual(FUNCTIONS.map((name) => `${name}.zip`));
  expect(hashes(there)).toEqual(hashes(here));
});

describe.each(FUNCTIONS)('the zip of %s', (name) => {
  it('is within its limit, and its size was printed', () => {
    expect(zipOf(name).length).toBeLessThanOrEqual(LIMIT_BYTES);
    expect(here.said).toMatch(
      new RegExp(`^${name} +${Math.ceil(zipOf(name).length / 1000)} kB zipped, \\d+ kB of code$`, 'm'),
    );
  });

  it('holds the code alone, of 1 January 1980, readable for everybody', () => {
    const zip = Buffer.from(zipOf(name));
    const central = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    expect(Object.keys(unzipSync(zip))).toEqual(['index.js']);
    // APPNOTE 4.3.12: made by, time, date, external attributes.
    expect({
      system: zip.readUInt8(central + 5),
      time: zip.readUInt16LE(central + 12),
      date: zip.readUInt16LE(central + 14),
      mode: (zip.readUInt32LE(central + 38) >>> 16).toString(8),
    }).toEqual({ system: 3, time: 0, date: (1 << 5) | 1, mode: '100644' });
  });

  it('names no folder of the machine it was made on, and no other language', () => {
    const code = codeOf(name);
    const unwanted = [here.directory, CHECKOUT, 'node_modules', 'sourceMappingURL', 'Ungültige', 'Entrada inválida'];
    expect(unwanted.filter((text) => code.includes(text))).toEqual([]);
  });

  it('gets credentials from the environment and from nowhere else', () => {
    const code = codeOf(name);
    expect(['AWS_SESSION_TOKEN', 'sso_session', 'credential_process'].filter((text) => code.includes(text))).toEqual([
      'AWS_SESSION_TOKEN',
    ]);
  });

  it('throws when it is loaded without its environment, naming each variable', async () => {
    const { stderr } = await load(name, {}, 'process.exitCode = 7');
    expect(stderr).toContain('environment variable TABLE_NAME is not set: it should be the name of the DynamoDB table');
    expect(stderr).toContain('environment variable ESTATE_FILE is not set');
  });

  it('is loaded with its environment, and refuses an event that is none of its own', async () => {
    const { stdout } = await load(
      name,
      await environment(),
      "handler({ nonsense: true }, { getRemainingTimeInMillis: () => 1000 }).catch((error) => console.log('refused', error.name))",
    );
    expect(stdout).toContain('refused BadInputError');
  });
});

it('signal-rebuild asks the table with the credentials of its environment, and answers its batch', async () => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    const { 'x-amz-target': target, 'x-amz-security-token': token, authorization } = request.headers;
    asked.push([target, token, /Credential=(?<id>[^/]+)\//.exec(authorization ?? '')?.groups?.['id']]);
    request.resume();
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end('{"Count":0,"Items":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const image = { type: { S: 'PATCH' }, state: { S: 'READY' }, image: { S: 'debian-12' }, version: { N: '1' } };
    const keys = { pk: { S: 'IMAGE#debian-12' }, sk: { S: 'PATCH#000001' } };
    const dynamodb = { SequenceNumber: '100', Keys: keys, NewImage: { ...keys, ...image } };
    const event = { Records: [{ eventID: 'e', eventName: 'INSERT', dynamodb }] };
    const { stdout } = await load(
      'signal-rebuild',
      {
        ...(await environment()),
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        AWS_ACCESS_KEY_ID: 'TESTID',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'token',
      },
      `handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 1000 }).then((answer) => console.log(JSON.stringify(answer)))`,
    );
    expect(stdout).toContain('{"batchItemFailures":[]}');
    expect(asked).toEqual([['DynamoDB_20120810.Query', 'token', 'TESTID']]);
  } finally {
    server.close();
  }
});

async function environment(): Promise<Record<string, string>> {
  const estate = join(scratch, 'golden-images.json');
  const images = [{ name: 'debian-12', repository: 'golden/debian-12', parent: 'debian:12-slim' }];
  await writeFile(estate, JSON.stringify({ version: 1, images }));
  return {
    TABLE_NAME: 'golden-images',
    ESTATE_FILE: estate,
    METRICS_ENVIRONMENT: 'golden-images-test',
    SCRIPT_BUCKET: 'scripts',
    BUILD_LOG_BUCKET: 'build-logs',
    SIGNAL_PREFIX: '/golden-images/test/signals',
    PIPELINE_ARN_PREFIX: 'arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/test-',
    REGISTRY_ACCOUNT: '123456789012',
    REGISTRY_HOST: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:golden-images-test-notifications',
    EVENT_BUS_NAME: 'default',
    GATHER_SECONDS: '60',
    AWS_REGION: 'eu-west-1',
  };
}

/** Loads the code of a zip in a process of its own, as Lambda does, and runs an expression with its handler. */
async function load(
  name: string,
  env: Readonly<Record<string, string>>,
  expression: string,
): Promise<{ stdout: string; stderr: string }> {
  const folder = await mkdtemp(join(scratch, `${name}-`));
  await writeFile(join(folder, 'index.js'), codeOf(name));
  const script = `const { handler } = require('./index.js'); ${expression}`;
  return await new Promise((resolve) => {
    execFile(
      NODE,
      ['--eval', script],
      { cwd: folder, env: { PATH: process.env['PATH'], ...env } },
      (_error, stdout, stderr) => {
        resolve({ stdout, stderr });
      },
    );
  });
}
