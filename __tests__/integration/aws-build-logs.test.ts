import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { S3BuildLogs, type S3BuildLogsOptions } from '../../adapters/aws/s3-build-logs';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import { awsEnvironment, withEnvironment } from '../support/aws/aws-environment';
import { startHttpStub, type HttpStub, type StubAction } from '../support/aws/http-stub';
import { describeOnMoto } from '../support/aws/moto-server';
import { createBucket } from '../support/aws/resources';
import { recordingLogger } from '../unit/lambda/recorders';
import { makeImage } from '../unit/table/samples';

const BUILD = { recipe: 'prod-debian-12', version: '1.2.3', number: '4' };
/** Where the user guide says that the logs of the build are. */
const PREFIX = 'debian-12/prod-debian-12/1.2.3/4/';
const RESULT =
  'golden-images-result {"ecosystem":"apt","package":"openssl","floor":"3.0","result":"already-fixed","binaries":[]}';

describeOnMoto('the logs of builds on moto', (moto) => {
  let client: S3Client;
  let bucket: string;
  let logger: ReturnType<typeof recordingLogger>;
  let scripts: S3ScriptStore;
  beforeEach(async () => {
    client = makeS3Client();
    bucket = await createBucket(client);
    scripts = new S3ScriptStore({ client, bucket: await createBucket(client) });
    logger = recordingLogger();
  });
  afterEach(() => {
    client.destroy();
  });

  const logs = (options: Partial<S3BuildLogsOptions> = {}): S3BuildLogs =>
    new S3BuildLogs({
      ...{ client, bucket, scripts, logger },
      imageOf: (recipe) => (recipe === BUILD.recipe ? makeImage() : undefined),
      ...options,
    });
  const leave = async (key: string, body: string): Promise<void> => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(body) }));
  };
  const warnings = (): unknown[] =>
    logger.lines.filter(({ level }) => level === 'warn').map(({ facts }) => facts['reason']);

  test('what the steps of a build have left is kept, without what is no log, and without other builds', async () => {
    await leave(`${PREFIX}ApplyBuildComponents/stdout`, `#9 1.0 ${RESULT}\n#9 1.1 password=hunter2\n`);
    await leave(`${PREFIX}ApplyBuildComponents/detailedoutput.json`, '{"no":"log"}');
    await leave(`${PREFIX}ApplyBuildComponents/fetch.yaml`, 'no: log');
    await leave(`${PREFIX}TestImage/console.log`, 'tested\n');
    await leave(`${PREFIX}TestImage/empty.log`, '');
    for (const other of ['debian-12/prod-debian-12/1.2.3/40/x.log', 'debian-12/prod-debian-12/1.2.3/5/x.log', 'x.log'])
      await leave(other, 'of another build\n');
    const kept = await logs().keep(BUILD);
    expect(kept?.uri).toMatch(/^s3:\/\/[^/]+\/audit\/debian-12\/1\.2\.3-4\.build\.log$/);
    expect(kept?.text.split('\n').slice(0, 2)).toEqual([RESULT, '==> ApplyBuildComponents/stdout']);
    expect(kept?.text).toContain('password=[redacted]\n');
    expect(kept?.text).toContain('==> TestImage/console.log\ntested\n');
    expect(kept?.text).not.toMatch(/another build|"no"|no: log|empty/);
    expect(await scripts.getAudit(kept?.uri ?? '')).toBe(kept?.text);
    expect(logger.lines).toEqual([]);
  });

  test('of much that was left the newest, and the end of the one that does not fit', async () => {
    for (const name of ['a', 'b', 'c']) {
      await leave(`${PREFIX}${name}.log`, `${`${name} `.repeat(499)}.\n`.repeat(3_000));
      // S3 tells seconds.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    }
    const asked: string[] = [];
    client.middlewareStack.add(
      (next) => async (args) => {
        const { Key = '', Range } = args.input as { Key?: string; Range?: string };
        if (Range !== undefined) asked.push(`${Key} ${Range}`);
        return await next(args);
      },
      { step: 'initialize' },
    );
    const kept = await logs().keep(BUILD);
    expect(asked).toEqual([`${PREFIX}b.log bytes=-1194304`, `${PREFIX}c.log bytes=-3000000`]);
    expect(kept?.text.endsWith('c c c .\n')).toBe(true);
    expect(kept?.text.length).toBeLessThan(262_200);
  });

  test('a build without a log is said to have none; a recipe of nobody is not looked at', async () => {
    expect(await logs().keep(BUILD)).toBeUndefined();
    expect(await logs().keep({ ...BUILD, recipe: 'test-debian-12' })).toBeUndefined();
    expect(logger.lines).toEqual([
      {
        level: 'info',
        message: 'the build has left no log',
        facts: { image: 'debian-12', build: 'prod-debian-12/1.2.3/4' },
      },
    ]);
  });

  test('a bucket that is not there costs the log, and a line that says why', async () => {
    expect(await logs({ bucket: 'not-there' }).keep(BUILD)).toBeUndefined();
    expect(warnings()).toEqual([
      expect.stringMatching(/^s3 ListObjectsV2 on s3:\/\/not-there\/debian-12\/.*NoSuchBucket/),
    ]);
  });

  describe('that fails', () => {
    let stub: HttpStub;
    let act: (method: string, path: string) => StubAction;
    let restore: () => void;
    let failing: S3Client;
    beforeEach(async () => {
      await leave(`${PREFIX}build.log`, 'E: failed\n');
      stub = await startHttpStub(({ method, path }) => act(method, path), moto());
      restore = withEnvironment(awsEnvironment(stub.url));
      failing = makeS3Client();
    });
    afterEach(async () => {
      failing.destroy();
      restore();
      await stub.stop();
    });
    const denied: StubAction = { status: 403, body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>' };
    const isRead = (method: string, path: string): boolean => method === 'GET' && path.includes('build.log');

    test.each<[string, (method: string, path: string) => StubAction, RegExp]>([
      ['to list', (method, path) => (isRead(method, path) ? 'forward' : denied), /ListObjectsV2 .* AccessDenied/],
      ['to read', (method, path) => (isRead(method, path) ? denied : 'forward'), /GetObject .* AccessDenied/],
      ['to be kept', (method) => (method === 'PUT' ? denied : 'forward'), /PutObject .* AccessDenied/],
    ])('the right %s is missing: it costs the log', async (_what, does, says) => {
      act = does;
      const store = new S3ScriptStore({ client: failing, bucket: await createBucket(client) });
      expect(await logs({ client: failing, scripts: store }).keep(BUILD)).toBeUndefined();
      expect(warnings()).toEqual([expect.stringMatching(says)]);
      expect(logger.lines[0]?.facts['hint']).toMatch(/^allow s3:/);
    });

    test.each<[string, (method: string, path: string) => StubAction]>([
      ['list', () => 'hang'],
      ['object', (method, path) => (isRead(method, path) ? 'hang' : 'forward')],
    ])('an answer with the %s that never comes is not waited for', async (_what, does) => {
      act = does;
      const started = Date.now();
      expect(await logs({ client: failing, timeoutMs: 300 }).keep(BUILD)).toBeUndefined();
      expect(Date.now() - started).toBeLessThan(3_000);
      expect(warnings()).toEqual(['it was not read within 300 ms']);
    });
  });
});
