import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ECRClient, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { HeadObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { plannedChange } from '../../scripts/plan/planned-change';
import { FUNCTIONS } from '../../stacks/patching-stack/functions';
import { buildAndScan } from '../support/aws/emulated-builds';
import { startHttpStub, type HttpStub } from '../support/aws/http-stub';
import { pipelineArn } from '../support/aws/image-builder-server';
import { type LambdaChain, startLambdaChain } from '../support/aws/lambda-chain';
import { makeLambdaZips } from '../support/aws/lambda-zips';
import { describeOnMoto } from '../support/aws/moto-server';
import { notAllowed, observedCall, type ObservedCall } from '../support/aws/observed-calls';
import { pushGolden } from '../support/aws/push-golden';
import { estateOf, RECORDED, tableOf, targetsOf } from '../support/aws/recorded-images';
import { countMessages } from '../support/aws/waiting-messages';
import { describeWithTools } from '../support/requires-tool';
import { type AppliedChain, appliedChain } from '../support/terraform/applied-chain';
import { type AppliedEnvironment, appliedEnvironment } from '../support/terraform/applied-environment';
import { liftBucketPolicies } from '../support/terraform/bucket-policies';
import {
  EMULATOR_ACCOUNT,
  EMULATOR_REGION,
  type SynthesizedEstate,
  synthesizeEstate,
} from '../support/terraform/estate';
import { type MappingServer, startMappingServer } from '../support/terraform/mapping-server';
import { quietSchedules } from '../support/terraform/quiet-schedules';
import { type AppliedResource, TerraformStack } from '../support/terraform/terraform-stack';

const ENVIRONMENT = 'chain';
const PREFIX = `golden-images-${ENVIRONMENT}`;
const NAMES = ['debian', 'alpine', 'amazonlinux'] as const;
const CONFIG = {
  ...estateOf(...NAMES),
  environments: {
    [ENVIRONMENT]: {
      account: EMULATOR_ACCOUNT,
      region: EMULATOR_REGION,
      backend: { type: 'local' },
      removalProtection: false,
      gatherSeconds: 45,
    },
  },
};
const EVENTS = NAMES.flatMap((name) => RECORDED[name]);

/** What the recorded findings come to, by image: targets of the patch, or how many. */
const TARGETS = {
  debian: ['glibc 2.36-9+deb12u6', 'util-linux 2.38.1-5+deb12u1'],
  alpine: ['busybox 1.36.1-r1', 'openssl 3.1.4-r6'],
  amazonlinux: 11,
};

/** What moto does not keep, so that a second plan wants to set it again: the whole list, by resource type. */
const DRIFT_OF_MOTO: Readonly<Record<string, readonly string[]>> = {
  // A function's key and log settings are taken and forgotten.
  aws_lambda_function: ['kms_key_arn', 'logging_config'],
  // The same policy comes back with blanks in its JSON.
  aws_sqs_queue: ['redrive_policy'],
};

/** Milliseconds for both stacks, bundles and all; about two minutes on two cores with nothing else to do. */
const APPLY_LIMIT = 600_000;

const sha256 = (bytes: Uint8Array, encoding: 'hex' | 'base64'): string =>
  createHash('sha256').update(bytes).digest(encoding);

describeWithTools(['terraform'], 'the chain of the bundled functions, on what Terraform made', () => {
  describeOnMoto('in an emulator', (moto) => {
    describe('which Terraform works with', () => {
      const zipsDirectory = mkdtempSync(join(tmpdir(), 'golden-images-zips-'));
      let zips: ReadonlyMap<string, Uint8Array>;
      let estate: SynthesizedEstate;
      let mappings: MappingServer;
      let patching: TerraformStack;
      let images: TerraformStack;
      let resources: readonly AppliedResource[];
      let environment: AppliedEnvironment;
      let applied: AppliedChain;
      let chain: LambdaChain;
      let watch: HttpStub;
      let putPoliciesBack: () => Promise<void>;
      let putSchedulesBack: () => Promise<void>;

      beforeAll(async () => {
        zips = await makeLambdaZips();
        for (const [name, zip] of zips) writeFileSync(join(zipsDirectory, `${name}.zip`), zip);
        const config = JSON.stringify(CONFIG);
        estate = synthesizeEstate({ config, environment: ENVIRONMENT, functions: zipsDirectory });
        mappings = await startMappingServer(moto());
        const lambda = { AWS_ENDPOINT_URL_LAMBDA: mappings.url };
        [patching, images] = await Promise.all([
          TerraformStack.init(estate.patching, moto(), lambda),
          TerraformStack.init(estate.images, moto()),
        ]);
        await Promise.all([patching.apply(), images.apply()]);
        resources = await patching.resources();
        environment = appliedEnvironment(resources, PREFIX);
        applied = appliedChain(environment, mappings.mappings(), estate.images);
        putPoliciesBack = await liftBucketPolicies(environment.scriptsBucket, environment.failuresBucket);
        putSchedulesBack = await quietSchedules();
        watch = await startHttpStub(() => 'forward', moto());
        chain = await startLambdaChain({
          ...applied,
          moto: moto(),
          endpoint: watch.url,
          zips,
          config: JSON.parse(readFileSync(estate.estateFile, 'utf8')) as object,
        });
      }, APPLY_LIMIT);
      afterAll(async () => {
        await chain.stop();
        await Promise.all([watch.stop(), mappings.stop()]);
        for (const one of [patching, images, estate]) one.remove();
        rmSync(zipsDirectory, { recursive: true });
      });

      test('the functions run the code that Terraform uploaded, with its variables', () => {
        const uploaded = resources.filter(({ type }) => type === 'aws_lambda_function');
        expect(
          Object.fromEntries(uploaded.map(({ values }) => [values['function_name'], values['code_sha256']])),
        ).toEqual(Object.fromEntries([...zips].map(([name, zip]) => [`${PREFIX}-${name}`, sha256(zip, 'base64')])));
        expect(environment.functions['start-build']?.variables).toStrictEqual({
          TABLE_NAME: `${PREFIX}-findings`,
          ESTATE_FILE: '/opt/golden-images.json',
          METRICS_ENVIRONMENT: PREFIX,
          SIGNAL_PREFIX: `/golden-images/${ENVIRONMENT}/signals`,
          PIPELINE_ARN_PREFIX: pipelineArn(`${PREFIX}-`),
          REGISTRY_ACCOUNT: EMULATOR_ACCOUNT,
          REGISTRY_HOST: `${EMULATOR_ACCOUNT}.dkr.ecr.${EMULATOR_REGION}.amazonaws.com`,
        });
      });

      test('rules lead to the queues and to the functions that end builds, mappings from queues and the stream on', () => {
        const functionArn = (name: string): string =>
          `arn:aws:lambda:${EMULATOR_REGION}:${EMULATOR_ACCOUNT}:function:${PREFIX}-${name}`;
        expect(environment.eventTargets).toEqual({
          'inspector-findings': applied.resources.queue.arn,
          'rebuild-signals': applied.resources.signals.arn,
          'build-ends': functionArn('track-build'),
          'image-scans': functionArn('track-build'),
          'reconcile-schedule': functionArn('reconcile-findings'),
        });
        expect(applied.settings).toMatchObject({
          queue: { batchSize: 100 },
          generatePatch: { batchSize: 1000, maximumBatchingWindowInSeconds: 45, maximumRetryAttempts: 20 },
          signalRebuild: { batchSize: 1000, maximumBatchingWindowInSeconds: 0, maximumRetryAttempts: 20 },
        });
        expect(applied.deployment.pipelineArns).toEqual(
          NAMES.toSorted().map((name) => pipelineArn(`${PREFIX}-${name}`)),
        );
        expect(applied.resources.failureBucket).toBe(environment.failuresBucket);
      });

      test('real findings of three images become one patch, one script, one signal and one build each', async () => {
        await pushGolden(chain, EVENTS);
        await chain.scanner.seed(EVENTS);
        expect(await chain.send(EVENTS)).toBe(38);
        await chain.settle();
        const s3 = new S3Client({ forcePathStyle: true });
        const key = resources.find(({ type }) => type === 'aws_kms_key')?.values['arn'];
        const built: string[] = [];
        for (const name of NAMES) {
          const { head, patches } = await tableOf(chain, name);
          const [patch] = patches;
          const targets = typeof TARGETS[name] === 'number' ? targetsOf(patch).length : targetsOf(patch);
          expect({ name, patches: patches.length, state: patch?.state, targets }).toStrictEqual({
            ...{ name, patches: 1, state: 'BUILDING' },
            targets: TARGETS[name],
          });

          // The bucket, under the key that Terraform made.
          const Prefix = `scripts/${name}/`;
          const { Contents = [] } = await s3.send(
            new ListObjectsV2Command({ Bucket: environment.scriptsBucket, Prefix }),
          );
          const Key = `${Prefix}${patch?.patchId ?? ''}.sh`;
          expect(Contents.map((object) => object.Key)).toStrictEqual([Key]);
          const object = await s3.send(new HeadObjectCommand({ Bucket: environment.scriptsBucket, Key }));
          expect(object).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });

          // The parameter that Terraform made: its second version.
          const scriptUri = `s3://${environment.scriptsBucket}/${Key}`;
          expect(await chain.signal.get(name)).toStrictEqual({ value: scriptUri, version: 2 });

          // The build, by the pipeline that Terraform would make.
          const build = chain.imageBuilder.builds.find((one) => one.clientToken === patch?.patchId);
          expect(build?.pipelineArn).toBe(pipelineArn(`${PREFIX}-${name}`));
          expect(head).toMatchObject({ state: 'BUSY', lease: { patch: 1, buildId: build?.arn } });
          built.push(build?.arn ?? '');
        }
        expect(chain.imageBuilder.builds.map(({ arn }) => arn).sort()).toStrictEqual(built.sort());
        const { url, deadLetterUrl } = chain.resources.signals;
        for (const queue of [url, deadLetterUrl]) expect(await countMessages(queue)).toBe(0);
        const { KeyCount: failures } = await s3.send(new ListObjectsV2Command({ Bucket: environment.failuresBucket }));
        expect(failures).toBe(0);
      });

      test('their builds and scans become promoted images, and reconcile-findings finds nothing to do', async () => {
        for (const name of NAMES) {
          const digest = await buildAndScan(chain, name);
          const { head, patches, states } = await tableOf(chain, name);
          expect(head).toMatchObject({ state: 'IDLE', promoted: { digest, patch: 1 } });
          expect([patches.map(({ state }) => state), states['OPEN']]).toStrictEqual([['PROMOTED'], undefined]);
        }
        expect(chain.events.givenUp).toStrictEqual([]);
        expect(await chain.reconcile()).toStrictEqual({ images: NAMES.length, troubles: 0 });
      });

      test('nothing that the functions asked for is more than their roles allow', () => {
        const calls = observedCalls(chain, watch);
        const statementsOf = (name: string) => environment.functions[name]?.statements ?? [];
        expect(notAllowed(calls, statementsOf)).toStrictEqual([]);
        const seen = FUNCTIONS.map(({ name }) => [
          name,
          [...new Set(calls.filter(({ caller }) => caller === name).map(({ action }) => action))].sort().join(' '),
        ]);
        expect(Object.fromEntries(seen)).toStrictEqual({
          'ingest-finding': 'dynamodb:GetItem dynamodb:PutItem dynamodb:Query ecr:BatchGetImage',
          'generate-patch':
            'bedrock:InvokeModel dynamodb:GetItem dynamodb:PutItem dynamodb:Query ecr:BatchGetImage ecr:DescribeImages ecr:GetDownloadUrlForLayer s3:PutObject',
          'signal-rebuild': 'dynamodb:GetItem dynamodb:PutItem dynamodb:Query ssm:PutParameter',
          'start-build': 'dynamodb:GetItem dynamodb:PutItem imagebuilder:StartImagePipelineExecution ssm:GetParameter',
          'track-build':
            'dynamodb:GetItem dynamodb:PutItem dynamodb:Query ecr:BatchDeleteImage ecr:BatchGetImage ecr:DescribeImages ecr:GetDownloadUrlForLayer ecr:PutImage events:PutEvents imagebuilder:GetImage inspector2:ListCoverage inspector2:ListFindings s3:ListBucket s3:PutObject sns:Publish',
          'reconcile-findings':
            'dynamodb:GetItem dynamodb:PutItem dynamodb:Query ecr:BatchGetImage ecr:GetDownloadUrlForLayer inspector2:ListCoverage inspector2:ListFindings',
        });
        // A right less is noticed, by name.
        const stripped = (name: string) =>
          statementsOf(name).filter(({ Action }) => !Action.includes('imagebuilder:StartImagePipelineExecution'));
        const start = 'start-build: imagebuilder:StartImagePipelineExecution on';
        expect(new Set(notAllowed(calls, stripped))).toStrictEqual(
          new Set(NAMES.map((name) => `${start} ${pipelineArn(`${PREFIX}-${name}`)}`)),
        );
      });

      test('plans no second change but what the emulator forgot', async () => {
        await putPoliciesBack();
        await putSchedulesBack();
        const [first, second] = [await patching.plan(), await images.plan()].map((plan) =>
          (plan.resource_changes ?? []).map(plannedChange).filter((change) => change !== undefined),
        );
        const changes = first ?? [];
        expect(changes.map(({ effect, address, attributes }) => ({ effect, address, attributes }))).toEqual(
          changes.map(({ address, type }) => ({ effect: 'change', address, attributes: DRIFT_OF_MOTO[type] })),
        );
        expect(new Set(changes.map(({ type }) => type))).toEqual(new Set(Object.keys(DRIFT_OF_MOTO)));
        expect(second).toEqual([]);
      });

      test('leaves nothing behind when it is destroyed, though all of it was used', async () => {
        await liftBucketPolicies(environment.scriptsBucket, environment.failuresBucket);
        await Promise.all([patching.destroy(), images.destroy()]);
        expect([await patching.resources(), await images.resources(), mappings.mappings()]).toEqual([[], [], []]);
        const [tables, buckets, queues, repositories, parameters] = await Promise.all([
          new DynamoDBClient().send(new ListTablesCommand({})),
          new S3Client({ forcePathStyle: true }).send(new ListBucketsCommand({})),
          new SQSClient().send(new ListQueuesCommand({})),
          new ECRClient({ endpoint: moto() }).send(new DescribeRepositoriesCommand({})),
          new SSMClient().send(new GetParametersByPathCommand({ Path: '/golden-images', Recursive: true })),
        ]);
        expect([tables.TableNames, buckets.Buckets ?? [], queues.QueueUrls ?? [], parameters.Parameters]).toEqual([
          ...[[], [], [], []],
        ]);
        // The parent's is the tests' own.
        expect(repositories.repositories?.map(({ repositoryName }) => repositoryName)).toEqual(['parents/base']);
      });
    });
  });
});

/** Every signed call of the functions, to whichever server. */
function observedCalls(
  { ecr, imageBuilder, inspector, bedrock }: LambdaChain,
  watch: HttpStub,
): readonly ObservedCall[] {
  const stubs = [watch, ecr, imageBuilder, inspector].flatMap(({ requests }) =>
    requests.map((request) => ({ ...request, body: request.body.toString() })),
  );
  const asked = bedrock.requests.map((request) => ({ ...request, body: request.text }));
  const callers = new Set(FUNCTIONS.map(({ name }) => name));
  return [...stubs, ...asked].map((request) => observedCall(request, callers)).filter((call) => call !== undefined);
}
