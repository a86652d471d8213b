import { GENERATE_PATCH_FILTERS, SIGNAL_REBUILD_FILTERS } from '../../domain/table/stream-filters';
import { describeOnMoto } from '../support/aws/moto-server';
import { describeWithTools } from '../support/requires-tool';
import type { AppliedEnvironment } from '../support/terraform/applied-environment';
import { appliedEnvironment } from '../support/terraform/applied-environment';
import type { SynthesizedEstate } from '../support/terraform/estate';
import { synthesizeEstate } from '../support/terraform/estate';
import { TerraformStack } from '../support/terraform/terraform-stack';

const PREFIX = 'golden-images-test';
const ARN = (service: string, rest: string): string => `arn:aws:${service}:eu-central-1:123456789012:${rest}`;

describeWithTools(['terraform'], 'patching-stack, applied by the real provider', () => {
  describeOnMoto('in an emulator', (url) => {
    let estate: SynthesizedEstate;
    let stack: TerraformStack;
    let environment: AppliedEnvironment;
    beforeAll(async () => {
      estate = synthesizeEstate();
      stack = await TerraformStack.init(estate.patching, url());
      await stack.apply();
      environment = appliedEnvironment(await stack.resources(), PREFIX);
    });
    afterAll(() => {
      stack.remove();
      estate.remove();
    });

    test('says by its outputs what it made', async () => {
      expect(await stack.outputs()).toEqual({
        'table-name': environment.tableName,
        'scripts-bucket': environment.scriptsBucket,
        'failures-bucket': environment.failuresBucket,
        'failures-queue': `${PREFIX}-failures`,
        'notifications-topic': ARN('sns', `${PREFIX}-notifications`),
      });
    });

    test('names everything after its namespace and environment', () => {
      expect(environment.tableName).toBe(`${PREFIX}-findings`);
      expect(environment.scriptsBucket).toBe(`${PREFIX}-scripts-123456789012-eu-central-1`);
      expect(environment.findingsQueueUrl).toBe(`${url()}/123456789012/${PREFIX}-findings`);
      for (const [folder, { name }] of Object.entries(environment.functions)) expect(name).toBe(`${PREFIX}-${folder}`);
    });

    test('gives every function the variables that its handler reads', () => {
      for (const { variables } of Object.values(environment.functions))
        expect(variables).toMatchObject({ TABLE_NAME: environment.tableName, ESTATE_FILE: '/opt/golden-images.json' });
      expect(environment.functions['generate-patch']?.variables).toMatchObject({
        SCRIPT_BUCKET: environment.scriptsBucket,
      });
      expect(environment.functions['signal-rebuild']?.variables).toMatchObject({
        SIGNAL_PREFIX: '/golden-images/test/signals',
      });
    });

    test('connects two consumers to the stream, each with the filters of its part, and failures to the bucket', () => {
      const failures = `arn:aws:s3:::${environment.failuresBucket}`;
      expect(environment.mappings['generate-patch']).toMatchObject({
        source: environment.streamArn,
        failures,
      });
      expect(new Set(environment.mappings['generate-patch']?.patterns)).toEqual(new Set(GENERATE_PATCH_FILTERS));
      expect(environment.mappings['signal-rebuild']).toMatchObject({
        source: environment.streamArn,
        failures,
      });
      expect(new Set(environment.mappings['signal-rebuild']?.patterns)).toEqual(new Set(SIGNAL_REBUILD_FILTERS));
      expect(environment.mappings['ingest-finding']?.source).toBe(ARN('sqs', `${PREFIX}-findings`));
      const onStream = Object.values(environment.mappings).filter(({ source }) => source === environment.streamArn);
      expect(onStream).toHaveLength(2);
    });

    test('listens to findings and to the signals of its own prefix', () => {
      expect(environment.eventPatterns['inspector-findings']).toMatchObject({
        source: ['aws.inspector2'],
        'detail-type': ['Inspector2 Finding'],
      });
      expect(environment.eventPatterns['rebuild-signals']).toMatchObject({
        detail: { name: [{ prefix: '/golden-images/test/signals/' }], operation: ['Update'] },
      });
    });

    test('allows each function its own table and nothing with an action of *', () => {
      const table = ARN('dynamodb', `table/${environment.tableName}`);
      for (const [folder, { statements }] of Object.entries(environment.functions)) {
        const actions = statements.flatMap(({ Action }) => Action);
        expect([folder, actions.filter((action) => action.includes('*'))]).toEqual([folder, []]);
        const tables = statements.filter(({ Action }) =>
          Action.some((action) => action.startsWith('dynamodb:PutItem')),
        );
        expect([folder, tables.flatMap(({ Resource }) => Resource)]).toEqual([folder, [table]]);
      }
    });
  });
});
