import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { AwsServiceError } from '../../adapters/aws/aws-error';
import { makeImageBuilderClient } from '../../adapters/aws/clients/imagebuilder-client';
import { Ec2ImageBuilder } from '../../adapters/aws/ec2-image-builder';
import { BuildRefusedError } from '../../domain/errors';
import type { ImageDescription } from '../../domain/ports';
import { awsEnvironment, TEST_ACCOUNT, TEST_REGION, withEnvironment } from '../support/aws/aws-environment';
import type { StubAction } from '../support/aws/http-stub';
import { pipelineArn, startImageBuilderServer, type ImageBuilderServer } from '../support/aws/image-builder-server';
import { digestOf, makeImage } from '../unit/table/samples';

const REPOSITORY = `${TEST_ACCOUNT}.dkr.ecr.${TEST_REGION}.amazonaws.com/golden/debian-12`;
const image = makeImage();
const patchId = 'a'.repeat(64);
const request = { image, patchId, scriptUri: `s3://bucket/scripts/debian-12/${patchId}.sh` };

const refuse = (status: number, type: string): StubAction => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { message: `${type} it is` },
});

describe('EC2 Image Builder on a stub of its protocol', () => {
  let server: ImageBuilderServer;
  let client: ImagebuilderClient;
  let builder: Ec2ImageBuilder;
  let restore: () => void;
  const known = new Map<string, string>();
  /** What the build has printed, and which builds were asked for it. */
  let log: string | undefined;
  const asked: unknown[] = [];
  beforeEach(async () => {
    server = await startImageBuilderServer();
    restore = withEnvironment(awsEnvironment(server.url));
    client = makeImageBuilderClient();
    server.pipelines.add(pipelineArn('debian-12'));
    known.clear();
    log = undefined;
    asked.length = 0;
    builder = new Ec2ImageBuilder({
      client,
      pipelineArnOf: ({ name }) => (name === 'none' ? undefined : pipelineArn(name)),
      registry: {
        describe: (reference) => {
          const digest = known.get(reference);
          return Promise.resolve(digest === undefined ? undefined : ({ digest } as ImageDescription));
        },
      },
      logs: {
        keep: (build) => {
          asked.push(build);
          return Promise.resolve(log === undefined ? undefined : { uri: 's3://bucket/audit/log', text: log });
        },
      },
    });
  });
  afterEach(async () => {
    client.destroy();
    restore();
    await server.stop();
  });

  /** A build that has ended as the service says. */
  const ended = async (status: string, reason?: string, imageUris?: string[]): Promise<string> => {
    const id = await builder.start(request);
    server.builds[0]!.image = {
      state: { status, ...(reason !== undefined && { reason }) },
      ...(imageUris !== undefined && { outputResources: { containers: [{ region: TEST_REGION, imageUris }] } }),
    };
    return id;
  };

  test('the request is the pipeline, with the patch id as its token, and nothing else', async () => {
    expect(await builder.start(request)).toBe(
      `arn:aws:imagebuilder:${TEST_REGION}:${TEST_ACCOUNT}:image/debian-12/1.0.0/1`,
    );
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toStrictEqual([
      'PUT /StartImagePipelineExecution',
    ]);
    expect(JSON.parse(server.requests[0]!.body.toString())).toStrictEqual({
      imagePipelineArn: pipelineArn('debian-12'),
      clientToken: patchId,
    });
  });

  test.each(['PENDING', 'CREATING', 'BUILDING', 'TESTING', 'DISTRIBUTING', 'INTEGRATING', 'A_NEW_ONE'])(
    '%s is a build that goes on',
    async (status) => {
      expect(await builder.get(await ended(status))).toStrictEqual({ state: 'BUILDING' });
      expect(asked).toStrictEqual([]);
    },
  );

  test.each(['DELETED', 'DEPRECATED', 'DISABLED'])('%s is an image that is not to be promoted', async (status) => {
    known.set(`${REPOSITORY}:1`, digestOf('a'));
    expect(await builder.get(await ended(status, undefined, [`${REPOSITORY}:1`]))).toStrictEqual({
      ...{ state: 'FAILED', reason: 'builder', detail: `the built image was withdrawn: ${status}` },
    });
  });

  test('CANCELLED is told as such', async () => {
    expect(await builder.get(await ended('CANCELLED', 'by somebody'))).toStrictEqual({
      ...{ state: 'CANCELLED', reason: 'builder', detail: 'by somebody' },
    });
  });

  test.each<[string, string, string | undefined]>([
    [
      'nothing-improved',
      'a script that says 10',
      "docker: The command '/bin/sh -c sh /patch.sh' returned a non-zero code: 10",
    ],
    ['script', 'a script that fails', 'process "/bin/sh -c sh /patch.sh" did not complete successfully: exit code: 1'],
    ['script', 'a script that speaks', 'golden-images: cannot refresh the package lists'],
    [
      'script',
      'a component',
      `Document arn:aws:imagebuilder:${TEST_REGION}:${TEST_ACCOUNT}:component/patch/1.0.0/1 failed!`,
    ],
    ['builder', 'an instance', 'SSM agent did not become available on the instance i-0123456789abcdef0'],
    ['builder', 'no reason', undefined],
  ])('FAILED: %s of %s', async (reason, _what, said) => {
    const status = await builder.get(await ended('FAILED', said));
    expect(status).toStrictEqual({ state: 'FAILED', reason, detail: said ?? 'Image Builder gave no reason' });
  });

  const FAILED = 'Document arn:aws:imagebuilder:eu-central-1:123456789012:component/patch/1.0.0/1 failed!';
  test.each<[string, string, string, string | undefined, string]>([
    [
      'the exit code of the script',
      'golden-images-exit 10\n',
      'nothing-improved',
      FAILED,
      `${FAILED} (the script ended with exit code 10)`,
    ],
    [
      'its last words',
      'golden-images-exit 100\ngolden-images: one\n#9 1.2 golden-images: cannot <refresh>\u202e\nbye\n',
      'script',
      'no reason that tells of a script',
      'no reason that tells of a script (the script ended with exit code 100: golden-images: cannot (refresh)?)',
    ],
    [
      'a script that ended well, and no more than the sentence',
      'golden-images-exit 0\ngolden-images: fine\n',
      'builder',
      'cannot push',
      'cannot push',
    ],
    ['no end of a script', 'golden-images: script abc\n', 'builder', 'cannot push', 'cannot push'],
    ['the sentence, where that alone knows', '', 'script', 'exit code 7', 'exit code 7'],
  ])('FAILED with a log that says %s', async (_what, said, reason, sentence, detail) => {
    log = said;
    const status = await builder.get(await ended('FAILED', sentence));
    expect(status).toStrictEqual({ state: 'FAILED', reason, detail, logUri: 's3://bucket/audit/log' });
    expect(asked).toStrictEqual([{ recipe: 'debian-12', version: '1.0.0', number: '1' }]);
  });

  test('the words of a script have room beside a long reason', async () => {
    log = `golden-images-exit 1\ngolden-images: ${'w'.repeat(500)}\n`;
    const status = await builder.get(await ended('FAILED', 'x'.repeat(1_024)));
    const detail = status?.state === 'FAILED' ? status.detail : '';
    expect([detail.length, detail.startsWith('x'.repeat(697)), detail.endsWith('www)')]).toStrictEqual([
      1_000,
      true,
      true,
    ]);
  });

  test.each(['AVAILABLE', 'CANCELLED', 'DELETED'])('%s has its log, too', async (status) => {
    log = 'golden-images-exit 0\n';
    known.set(`${REPOSITORY}:1`, digestOf('a'));
    expect(await builder.get(await ended(status, undefined, [`${REPOSITORY}:1`]))).toMatchObject({
      logUri: 's3://bucket/audit/log',
    });
  });

  test('a long reason is cut, and its line feeds are blanks', async () => {
    const status = await builder.get(await ended('FAILED', `first\n second\r\n${'x'.repeat(5000)}`));
    expect(status).toMatchObject({ detail: `first second ${'x'.repeat(987)}` });
  });

  test("AVAILABLE: the candidate is named by the digest of this build's own tag", async () => {
    known.set(`${REPOSITORY}:1.0.0-1`, digestOf('a'));
    known.set(`${REPOSITORY}:candidate`, digestOf('b'));
    const id = await ended('AVAILABLE', undefined, [`${REPOSITORY}:candidate`, `${REPOSITORY}:1.0.0-1`]);
    expect(await builder.get(id)).toStrictEqual({
      state: 'AVAILABLE',
      candidate: { reference: `${REPOSITORY}@${digestOf('a')}`, digest: digestOf('a') },
    });
  });

  test.each<[string, string[], string]>([
    ['the tag of the candidate alone', [`${REPOSITORY}:candidate`], 'b'],
    ['a digest', [`${REPOSITORY}@${digestOf('c')}`], 'c'],
    ['a tag and a digest', [`${REPOSITORY}:1@${digestOf('c')}`], 'c'],
  ])('AVAILABLE with %s', async (_what, uris, character) => {
    known.set(`${REPOSITORY}:candidate`, digestOf('b'));
    known.set(`${REPOSITORY}@${digestOf('c')}`, digestOf('c'));
    known.set(`${REPOSITORY}:1@${digestOf('c')}`, digestOf('c'));
    expect(await builder.get(await ended('AVAILABLE', undefined, uris))).toMatchObject({
      candidate: { reference: `${REPOSITORY}@${digestOf(character)}` },
    });
  });

  test('AVAILABLE without an image, or with one that is not in the registry, is a failure of the builder', async () => {
    const id = await ended('AVAILABLE');
    expect(await builder.get(id)).toMatchObject({
      state: 'FAILED',
      reason: 'builder',
      detail: expect.stringContaining('tells no container image') as unknown,
    });
    server.builds[0]!.image.outputResources = {
      containers: [{ region: TEST_REGION, imageUris: [`${REPOSITORY}:gone`] }],
    };
    expect(await builder.get(id)).toMatchObject({
      state: 'FAILED',
      detail: expect.stringContaining(`${REPOSITORY}:gone`) as unknown,
    });
  });

  test('what cannot be started is refused before anything is asked', async () => {
    await expect(builder.start({ ...request, image: makeImage({ name: 'none' }) })).rejects.toThrow(BuildRefusedError);
    for (const bad of ['', 'x', patchId.toUpperCase(), `${patchId}0`])
      await expect(builder.start({ ...request, patchId: bad })).rejects.toThrow(/is not a patch id/);
    expect(server.requests).toStrictEqual([]);
  });

  test.each([
    [403, 'ForbiddenException', /ForbiddenException it is/, /^allow imagebuilder:StartImagePipelineExecution/],
    [404, 'ResourceNotFoundException', /ResourceNotFoundException it is/, /^check the name/],
    [400, 'InvalidRequestException', /InvalidRequestException it is/, /^look up/],
  ])('a first answer of %i %s has started nothing, and the error says so', async (status, type, message, hint) => {
    server.intercept = () => refuse(status, type);
    const error: unknown = await builder.start(request).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BuildRefusedError);
    expect([(error as Error).message, (error as BuildRefusedError).hint]).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(hint),
    ]);
  });

  test.each<[string, StubAction[]]>([
    ['that no other build fits in', [refuse(402, 'ServiceQuotaExceededException')]],
    ['that knows the token with other parameters', [refuse(400, 'IdempotentParameterMismatchException')]],
    ['after one that was lost', ['lose', refuse(403, 'ForbiddenException')]],
    ['after a failure of the service', [refuse(500, 'ServiceException'), refuse(403, 'ForbiddenException')]],
    ['without an end', ['drop']],
  ])('an answer %s does not say that nothing was started', async (_what, faults) => {
    server.intercept = () => (faults.length > 1 ? faults.shift() : faults[0]);
    const error: unknown = await builder.start(request).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AwsServiceError);
  });

  test.each<[string, StubAction, number]>([
    ['throttled', refuse(429, 'CallRateLimitExceededException'), 1],
    ['answered with 500', refuse(500, 'ServiceException'), 2],
    ['cut off', 'drop', 2],
  ])('a start that is %s starts one build', async (_what, fault, times) => {
    let left = times;
    server.intercept = () => (left-- > 0 ? fault : undefined);
    expect(await builder.start(request)).toBe(server.builds[0]!.arn);
    expect(server.builds).toHaveLength(1);
  });

  test.each<[string, number, boolean, RegExp]>([
    ['CallRateLimitExceededException', 429, true, /^it passes by itself/],
    ['ServiceUnavailableException', 503, true, /^it passes by itself/],
    ['ResourceInUseException', 400, true, /is being changed: try again/],
    ['ServiceQuotaExceededException', 402, true, /^wait until other builds have ended/],
    ['IdempotentParameterMismatchException', 400, false, /^the same patch was started with other parameters/],
    ['ForbiddenException', 403, false, /^allow imagebuilder:StartImagePipelineExecution on pipeline arn:/],
    ['ResourceNotFoundException', 404, false, /^check the name, the account and the region/],
    ['InvalidRequestException', 400, false, /^look up InvalidRequestException/],
  ])('%s is classified', async (code, status, isTransient, hint) => {
    server.intercept = () => refuse(status, code);
    const caught: unknown = await builder.start(request).catch((failure: unknown) => failure);
    const error = caught instanceof BuildRefusedError ? caught.cause : caught;
    expect(error).toBeInstanceOf(AwsServiceError);
    expect(error).toMatchObject({ code, isTransient, operation: 'StartImagePipelineExecution' });
    expect((error as AwsServiceError).hint).toMatch(hint);
    expect(server.builds).toStrictEqual([]);
  });

  test('the token of another pipeline is refused by the service', async () => {
    server.pipelines.add(pipelineArn('alpine'));
    await builder.start(request);
    await expect(builder.start({ ...request, image: makeImage({ name: 'alpine' }) })).rejects.toMatchObject({
      code: 'IdempotentParameterMismatchException',
    });
    expect(server.builds).toHaveLength(1);
  });

  test('a status that may not be read is an error, and no build that is unknown', async () => {
    const id = await builder.start(request);
    server.intercept = () => refuse(403, 'ForbiddenException');
    await expect(builder.get(id)).rejects.toMatchObject({ operation: 'GetImage', isTransient: false });
  });
});
