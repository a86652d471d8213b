import { resourcesOf } from '../../scripts/security/stack-json';
import type { StackJson } from '../../scripts/terraform/older-provider';
import { FUNCTIONS } from '../../stacks/patching-stack/functions';
import { estateYaml } from './support/estate';
import { only, stackOf, synthesize } from './support/synthesize';

let stack: StackJson;
let trial: StackJson;
beforeAll(() => {
  stack = stackOf(
    synthesize(estateYaml(undefined, "    notifications: { emails: ['a@example.com'] }\n")),
    'patching-test',
  );
  trial = stackOf(
    synthesize(
      estateYaml(
        undefined,
        '    removalProtection: false\n    gatherSeconds: 5\n    reconcileMinutes: 15\n    rescanDays: lifetime\n    retention: { logsDays: 14 }\n',
      ),
    ),
    'patching-test',
  );
});

describe('state, provider and tags', () => {
  it('the state is in S3 with its own lock, the account is the only one that is taken', () => {
    expect(stack.terraform.backend).toEqual({
      s3: {
        bucket: 'states-bucket',
        key: 'golden-images/test/patching.tfstate',
        region: 'eu-west-1',
        encrypt: true,
        use_lockfile: true,
      },
    });
    expect(stack.provider['aws']).toEqual([
      {
        region: 'eu-west-1',
        allowed_account_ids: ['123456789012'],
        default_tags: [
          { tags: { GoldenImages: 'golden-images-test', Namespace: 'golden-images', Environment: 'test' } },
        ],
      },
    ]);
  });

  it('a local state is outside of cdktf.out, and the same from every checkout', () => {
    const local = synthesize(estateYaml().replace('{ type: s3, bucket: states-bucket }', '{ type: local }'));
    expect(stackOf(local, 'images-test').terraform.backend).toEqual({
      local: { path: '../../../.terraform-state/test/images.tfstate' },
    });
  });

  it('nothing is asked of AWS or of another stack for a plan', () => {
    for (const one of synthesize(estateYaml()).values()) {
      expect(Object.keys(one)).not.toContain('data');
      expect(JSON.stringify(one)).not.toContain('terraform_remote_state');
    }
  });
});

describe('the table', () => {
  it('holds the truth: kept, encrypted, with a stream of both images', () => {
    expect(only(stack, 'aws_dynamodb_table')).toMatchObject({
      name: 'golden-images-test-findings',
      billing_mode: 'PAY_PER_REQUEST',
      hash_key: 'pk',
      range_key: 'sk',
      stream_enabled: true,
      stream_view_type: 'NEW_AND_OLD_IMAGES',
      ttl: { attribute_name: 'expiresAt', enabled: true },
      point_in_time_recovery: { enabled: true },
      deletion_protection_enabled: true,
      lifecycle: { prevent_destroy: true },
    });
  });

  it('can be destroyed without removal protection, like everything else', () => {
    expect(only(trial, 'aws_dynamodb_table')).toMatchObject({ deletion_protection_enabled: false });
    expect(JSON.stringify(trial)).not.toContain('prevent_destroy');
    const buckets = resourcesOf(trial).filter(({ type }) => type === 'aws_s3_bucket');
    expect(buckets.map(({ attributes }) => attributes['force_destroy'])).toEqual([true, true]);
  });
});

describe('the functions', () => {
  it.each(FUNCTIONS.map(({ name }) => name))(
    '%s runs on arm64 with its own role, log and failure destination',
    (name) => {
      const target = only(stack, 'aws_lambda_function', name);
      expect(target).toMatchObject({
        function_name: `golden-images-test-${name}`,
        architectures: ['arm64'],
        runtime: 'nodejs24.x',
        handler: 'index.handler',
      });
      expect(only(stack, 'aws_cloudwatch_log_group', name)).toMatchObject({
        name: `/aws/lambda/golden-images-test-${name}`,
        retention_in_days: 90,
      });
      expect(only(trial, 'aws_cloudwatch_log_group', name)).toMatchObject({ retention_in_days: 14 });
      expect(only(stack, 'aws_iam_role', name)).toMatchObject({ name: `golden-images-test-${name}` });
      // Rights first: else the first invocations and the mappings would fail.
      expect(JSON.stringify(target['depends_on'])).toContain(`aws_iam_role_policy.${name}_role_policy`);
    },
  );

  it('find each other by names that Terraform does not have to look up', () => {
    const variables = (name: string): unknown =>
      (only(stack, 'aws_lambda_function', name)['environment'] as { variables: unknown }).variables;
    expect(variables('start-build')).toEqual({
      TABLE_NAME: 'golden-images-test-findings',
      ESTATE_FILE: '/opt/golden-images.json',
      METRICS_ENVIRONMENT: 'golden-images-test',
      SIGNAL_PREFIX: '/golden-images/test/signals',
      PIPELINE_ARN_PREFIX: 'arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/golden-images-test-',
      REGISTRY_ACCOUNT: '123456789012',
      REGISTRY_HOST: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    });
    expect(variables('generate-patch')).toMatchObject({
      SCRIPT_BUCKET: 'golden-images-test-scripts-123456789012-eu-west-1',
    });
  });
});

describe('the ways in', () => {
  it('findings go from the bus to a queue, which only that rule may write to, and from there in batches', () => {
    expect(JSON.parse(String(only(stack, 'aws_cloudwatch_event_rule', 'inspector-findings')['event_pattern']))).toEqual(
      {
        source: ['aws.inspector2'],
        'detail-type': ['Inspector2 Finding'],
        detail: { resources: { type: ['AWS_ECR_CONTAINER_IMAGE'] } },
      },
    );
    expect(only(stack, 'aws_sqs_queue', 'findings/queue')).toMatchObject({
      name: 'golden-images-test-findings',
      visibility_timeout_seconds: 725,
    });
    expect(only(stack, 'aws_lambda_event_source_mapping', 'findings-mapping')).toMatchObject({
      batch_size: 100,
      maximum_batching_window_in_seconds: 5,
      function_response_types: ['ReportBatchItemFailures'],
      scaling_config: { maximum_concurrency: 5 },
    });
    expect(JSON.parse(String(only(stack, 'aws_sqs_queue_policy', 'findings/policy')['policy']))).toMatchObject({
      Statement: [
        { Sid: 'TlsOnly', Effect: 'Deny' },
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: ['sqs:SendMessage'],
          Condition: {
            ArnEquals: {
              'aws:SourceArn': 'arn:aws:events:eu-west-1:123456789012:rule/golden-images-test-inspector-findings',
            },
            StringEquals: { 'aws:SourceAccount': '123456789012' },
          },
        },
      ],
    });
  });

  it('the stream is read twice, bounded, and what fails for good is kept with its records', () => {
    const mapping = only(stack, 'aws_lambda_event_source_mapping', 'open-findings');
    expect(mapping).toMatchObject({
      starting_position: 'TRIM_HORIZON',
      parallelization_factor: 1,
      maximum_batching_window_in_seconds: 60,
      bisect_batch_on_function_error: true,
      maximum_retry_attempts: 20,
      maximum_record_age_in_seconds: 21_600,
      function_response_types: ['ReportBatchItemFailures'],
    });
    expect(JSON.stringify(mapping['destination_config'])).toContain('aws_s3_bucket.failed-batches');
    expect(only(stack, 'aws_lambda_event_source_mapping', 'ready-patches')).toMatchObject({
      maximum_batching_window_in_seconds: 0,
    });
    expect(only(trial, 'aws_lambda_event_source_mapping', 'open-findings')).toMatchObject({
      maximum_batching_window_in_seconds: 5,
    });
    const streams = resourcesOf(stack).filter(
      ({ type, attributes }) =>
        type === 'aws_lambda_event_source_mapping' && String(attributes['event_source_arn']).includes('stream_arn'),
    );
    expect(streams).toHaveLength(2); // DynamoDB allows two readers of a shard
  });

  it('a changed signal waits in a queue for start-build, for hours where there is no room, and what cannot be delivered is kept', () => {
    expect(JSON.parse(String(only(stack, 'aws_cloudwatch_event_rule', 'rebuild-signals')['event_pattern']))).toEqual({
      source: ['aws.ssm'],
      'detail-type': ['Parameter Store Change'],
      detail: { operation: ['Update'], name: [{ prefix: '/golden-images/test/signals/' }] },
    });
    const queue = only(stack, 'aws_sqs_queue', 'signals/queue');
    expect(queue).toMatchObject({
      name: 'golden-images-test-signals',
      visibility_timeout_seconds: 360,
      delay_seconds: 5,
    });
    expect(JSON.parse(String(queue['redrive_policy']))).toMatchObject({ maxReceiveCount: 60 });
    expect(only(stack, 'aws_lambda_event_source_mapping', 'signals-mapping')).toMatchObject({
      batch_size: 10,
      function_response_types: ['ReportBatchItemFailures'],
      scaling_config: { maximum_concurrency: 2 },
    });
    expect(String(only(stack, 'aws_sqs_queue_policy', 'signals/policy')['policy'])).toContain(
      ':rule/golden-images-test-rebuild-signals',
    );
    expect(JSON.stringify(only(stack, 'aws_cloudwatch_event_target', 'rebuild-signals')['arn'])).toContain(
      'aws_sqs_queue',
    );
    expect(only(stack, 'aws_cloudwatch_event_target', 'rebuild-signals')).toMatchObject({
      retry_policy: { maximum_event_age_in_seconds: 86_400, maximum_retry_attempts: 185 },
    });
    expect(only(stack, 'aws_cloudwatch_event_archive')).toMatchObject({
      name: 'golden-images-test-events',
      retention_days: 30,
      event_source_arn: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
    });
  });
});

describe('the closed loop', () => {
  const pattern = (rule: string): unknown =>
    JSON.parse(String(only(stack, 'aws_cloudwatch_event_rule', rule)['event_pattern']));

  it("ends of this environment's builds, and completed first scans, invoke track-build", () => {
    expect(pattern('build-ends')).toEqual({
      source: ['aws.imagebuilder'],
      'detail-type': ['EC2 Image Builder Image State Change'],
      resources: [{ prefix: 'arn:aws:imagebuilder:eu-west-1:123456789012:image/golden-images-test-' }],
      detail: { state: { status: ['AVAILABLE', 'FAILED', 'CANCELLED'] } },
    });
    expect(pattern('image-scans')).toEqual({
      source: ['aws.inspector2'],
      'detail-type': ['Inspector2 Scan'],
      detail: { 'scan-status': ['INITIAL_SCAN_COMPLETE'], 'repository-name': [{ prefix: 'arn:' }] },
    });
    for (const rule of ['build-ends', 'image-scans'])
      expect(only(stack, 'aws_lambda_permission', rule)).toMatchObject({
        function_name: expect.stringContaining('aws_lambda_function.track-build_function') as string,
        principal: 'events.amazonaws.com',
        source_arn: expect.stringContaining(`aws_cloudwatch_event_rule.${rule}_rule`) as string,
      });
  });

  it('no permission asks for an account that EventBridge does not say, nor the key for a rule', () => {
    const permissions = resourcesOf(stack).filter(({ type }) => type === 'aws_lambda_permission');
    expect(permissions).toHaveLength(3);
    for (const { attributes } of permissions) expect(attributes).not.toHaveProperty('source_account');
    const { Statement } = JSON.parse(String(only(stack, 'aws_kms_key')['policy'])) as { Statement: { Sid: string }[] };
    expect(Statement.find(({ Sid }) => Sid === 'RulesOfThisEnvironment')).toEqual({
      Sid: 'RulesOfThisEnvironment',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: ['*'],
      Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    });
  });

  it('the clock invokes reconcile-findings', () => {
    const rate = (one: StackJson): unknown =>
      only(one, 'aws_cloudwatch_event_rule', 'reconcile-schedule')['schedule_expression'];
    expect([rate(stack), rate(trial)]).toEqual(['rate(60 minutes)', 'rate(15 minutes)']);
    expect(only(stack, 'aws_cloudwatch_event_rule', 'reconcile-schedule')).not.toHaveProperty('event_pattern');
    expect(only(stack, 'aws_lambda_function', 'reconcile-findings')).toMatchObject({ timeout: 900 });
    // An account may have no more than ten to give.
    expect(JSON.stringify(stack)).not.toContain('reserved_concurrent_executions');
    expect(only(stack, 'aws_lambda_function', 'reconcile-findings')['environment']).toMatchObject({
      variables: {
        GATHER_SECONDS: '60',
        RESCAN_DAYS: '14',
        TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:golden-images-test-notifications',
        EVENT_BUS_NAME: 'default',
      },
    });
    const forEver = (only(trial, 'aws_lambda_function', 'reconcile-findings')['environment'] as Variables).variables;
    expect(forEver).toMatchObject({ GATHER_SECONDS: '5' });
    expect(forEver).not.toHaveProperty('RESCAN_DAYS');
  });

  it.each(['track-build', 'reconcile-findings'])(
    '%s moves tags and reads build logs of this environment only, and speaks on the default bus in our name only',
    (name) => {
      const { Statement } = JSON.parse(String(only(stack, 'aws_iam_role_policy', name)['policy'])) as {
        Statement: { Sid: string }[];
      };
      const bySid = Object.fromEntries(Statement.map((statement) => [statement.Sid, statement]));
      expect(bySid['MoveTagsOfGoldenImages']).toEqual({
        Sid: 'MoveTagsOfGoldenImages',
        Effect: 'Allow',
        Action: ['ecr:PutImage', 'ecr:BatchDeleteImage'],
        Resource: ['arn:aws:ecr:eu-west-1:123456789012:repository/*'],
        Condition: { StringEquals: { 'aws:ResourceTag/GoldenImages': 'golden-images-test' } },
      });
      expect(bySid['AskForBuilds']).toMatchObject({
        Resource: ['arn:aws:imagebuilder:eu-west-1:123456789012:image/golden-images-test-*'],
      });
      const buildLogs = 'golden-images-test-build-logs-123456789012-eu-west-1';
      expect(bySid['ListBuildLogs']).toMatchObject({ Resource: [`arn:aws:s3:::${buildLogs}`] });
      expect(bySid['ReadBuildLogs']).toMatchObject({
        Action: ['s3:GetObject'],
        Resource: [`arn:aws:s3:::${buildLogs}/*`],
      });
      expect(bySid['DecryptBuildLogs']).toEqual({
        Sid: 'DecryptBuildLogs',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: ['arn:aws:kms:eu-west-1:123456789012:key/*'],
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
          'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/golden-images-test-images' },
        },
      });
      expect(only(stack, 'aws_lambda_function', name)['environment']).toMatchObject({
        variables: { BUILD_LOG_BUCKET: buildLogs },
      });
      expect(bySid['TellOtherSystems']).toMatchObject({
        Resource: ['arn:aws:events:eu-west-1:123456789012:event-bus/default'],
        Condition: { StringEquals: { 'events:source': 'golden-images' } },
      });
    },
  );
});

interface Variables {
  readonly variables: Readonly<Record<string, string>>;
}

/** Every metric of the dashboard, sums taken apart: namespace, name, then names and values of its dimensions. */
function dashboardMetrics(one: StackJson): readonly (readonly string[])[] {
  const { widgets } = JSON.parse(String(only(one, 'aws_cloudwatch_dashboard')['dashboard_body'])) as {
    widgets: { properties: { metrics: (string | object)[][] } }[];
  };
  return widgets
    .flatMap(({ properties }) => properties.metrics)
    .map((line) => line.filter((part) => typeof part === 'string'))
    .filter((metric) => metric.length > 0);
}

describe('health', () => {
  it('every queue of dead letters, function and stream has an alarm that goes to the topic', () => {
    const alarms = resourcesOf(stack).filter(({ type }) => type === 'aws_cloudwatch_metric_alarm');
    const names = alarms.map(({ attributes }) => String(attributes['alarm_name']).replace('golden-images-test-', ''));
    expect(names.sort()).toEqual([
      'breaker-open',
      'build-ends-lost',
      'build-ends-undelivered',
      'failures',
      'findings-dead-letters',
      'findings-waiting',
      'floating-tag-moved',
      'generate-patch-errors',
      'generate-patch-faults',
      'generate-patch-late',
      'generate-patch-notices',
      'generate-patch-postponed',
      'image-scans-lost',
      'image-scans-undelivered',
      'ingest-finding-errors',
      'ingest-finding-faults',
      'inspector-findings-lost',
      'inspector-findings-undelivered',
      'rebuild-signals-lost',
      'rebuild-signals-undelivered',
      'reconcile-findings-errors',
      'reconcile-findings-faults',
      'reconcile-findings-not-scanned',
      'reconcile-findings-notices',
      'reconcile-findings-postponed',
      'reconcile-schedule-lost',
      'reconcile-schedule-undelivered',
      'reconcile-silent',
      'reconcile-troubles',
      'scan-eligibility',
      'signal-rebuild-errors',
      'signal-rebuild-faults',
      'signal-rebuild-late',
      'signal-rebuild-postponed',
      'signals-dead-letters',
      'start-build-errors',
      'start-build-faults',
      'start-build-postponed',
      'track-build-errors',
      'track-build-faults',
      'track-build-not-scanned',
      'track-build-notices',
      'track-build-postponed',
    ]);
    for (const { attributes } of alarms) {
      expect(JSON.stringify(attributes['alarm_actions'])).toContain('aws_sns_topic.topic');
      const isSilence = String(attributes['alarm_name']).endsWith('-silent');
      expect(attributes['treat_missing_data']).toBe(isSilence ? 'breaching' : 'notBreaching');
    }
    expect(only(stack, 'aws_sns_topic_subscription')).toMatchObject({ protocol: 'email', endpoint: 'a@example.com' });
  });

  it('somebody is told where reconcile-findings has not ended a run in three periods', () => {
    const silence = {
      namespace: 'GoldenImages',
      metric_name: 'ReconcileRuns',
      dimensions: { environment: 'golden-images-test', service: 'reconcile-findings' },
      statistic: 'Sum',
      comparison_operator: 'LessThanThreshold',
      threshold: 1,
      evaluation_periods: 3,
    };
    const alarm = (one: StackJson): unknown => only(one, 'aws_cloudwatch_metric_alarm', 'alarms/reconcile-silent');
    expect(alarm(stack)).toMatchObject({ ...silence, period: 3600 });
    expect(alarm(trial)).toMatchObject({ ...silence, period: 900 });
  });

  it('troubles ring when they last for three runs', () => {
    const alarm = only(stack, 'aws_cloudwatch_metric_alarm', 'alarms/reconcile-troubles');
    expect(alarm).toMatchObject({ statistic: 'Sum', evaluation_periods: 3, treat_missing_data: 'notBreaching' });
  });

  it.each([
    ['breaker-open', 'ImagesStopped', { service: 'reconcile-findings' }, 3600],
    ['reconcile-troubles', 'ReconcileTroubles', { service: 'reconcile-findings' }, 3600],
    ['generate-patch-notices', 'NoticesFailed', { service: 'generate-patch' }, 300],
    ['track-build-notices', 'NoticesFailed', { service: 'track-build' }, 300],
    ['reconcile-findings-notices', 'NoticesFailed', { service: 'reconcile-findings' }, 300],
    ['scan-eligibility', 'ScanEligibilityEnding', { service: 'reconcile-findings', state: 'expired' }, 3600],
    ['track-build-postponed', 'ImagesPostponed', { service: 'track-build' }, 300],
    ['reconcile-findings-postponed', 'ImagesPostponed', { service: 'reconcile-findings' }, 300],
    ['floating-tag-moved', 'FloatingTagsMoved', { service: 'reconcile-findings' }, 3600],
    ['track-build-not-scanned', 'CandidatesHeld', { service: 'track-build', reason: 'not-scanned' }, 300],
    ['reconcile-findings-not-scanned', 'CandidatesHeld', { service: 'reconcile-findings', reason: 'not-scanned' }, 300],
  ])('%s rings by %s', (id, metric, dimensions, period) => {
    expect(only(stack, 'aws_cloudwatch_metric_alarm', `alarms/${id}`)).toMatchObject({
      ...{ metric_name: metric, dimensions: { environment: 'golden-images-test', ...dimensions }, period },
      ...{ threshold: 0, comparison_operator: 'GreaterThanThreshold' },
    });
  });

  it('two environments of one account neither ring nor show each other', () => {
    const own = (one: StackJson): string[] => [
      ...resourcesOf(one)
        .filter(({ type }) => type === 'aws_cloudwatch_metric_alarm')
        .map(({ attributes: { namespace, metric_name: metric, dimensions } }) =>
          JSON.stringify([namespace, metric, dimensions]),
        ),
      ...dashboardMetrics(one).map((metric) => JSON.stringify(metric)),
    ];
    const other = stackOf(synthesize(estateYaml().replace('  test:', '  blue:'), 'blue'), 'patching-blue');
    const [here, there] = [own(stack), own(other)];
    expect(here.length).toBeGreaterThan(30);
    expect(there).toHaveLength(here.length);
    expect(here.filter((metric) => there.includes(metric))).toEqual([]);
    const lambda = resourcesOf(stack).filter(({ type }) => type === 'aws_lambda_function');
    for (const { attributes } of lambda)
      expect(attributes['environment']).toMatchObject({ variables: { METRICS_ENVIRONMENT: 'golden-images-test' } });
  });

  it('a dashboard shows what the alarms are about', () => {
    const body = JSON.parse(String(only(stack, 'aws_cloudwatch_dashboard')['dashboard_body'])) as {
      widgets: unknown[];
    };
    expect(body.widgets).toHaveLength(15);
    expect(JSON.stringify(body)).toContain(
      '"AWS/Lambda","IteratorAge","FunctionName","golden-images-test-generate-patch"',
    );
  });
});

describe('the model', () => {
  const withModel = (more: string, environment = ''): StackJson =>
    stackOf(synthesize(estateYaml(undefined, environment, more)), 'patching-test');
  const modelRights = (one: StackJson): unknown =>
    (
      JSON.parse(String(only(one, 'aws_iam_role_policy', 'generate-patch')['policy'])) as {
        Statement: { Sid: string }[];
      }
    ).Statement.filter(({ Sid }) => /Model|Profile|Guardrail/.test(Sid));

  it('is asked through its profile alone, in every region that it routes to', () => {
    const one = withModel('model: { id: eu.anthropic.claude-sonnet-4-6 }\n');
    const profile = 'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6';
    expect(modelRights(one)).toEqual([
      { Sid: 'AskThroughProfile', Effect: 'Allow', Action: ['bedrock:InvokeModel'], Resource: [profile] },
      {
        Sid: 'AskModelsOfProfile',
        Effect: 'Allow',
        Action: ['bedrock:InvokeModel'],
        Resource: ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'].map(
          (region) => `arn:aws:bedrock:${region}::foundation-model/anthropic.claude-sonnet-4-6`,
        ),
        Condition: { StringLike: { 'bedrock:InferenceProfileArn': profile } },
      },
    ]);
    expect(only(one, 'aws_cloudwatch_metric_alarm', 'alarms/model-throttled')).toMatchObject({
      namespace: 'AWS/Bedrock',
      dimensions: { ModelId: 'eu.anthropic.claude-sonnet-4-6' },
    });
  });

  it('is not asked where none is named, or rules write every patch', () => {
    expect(modelRights(stack)).toEqual([]);
    expect(modelRights(withModel('author: rules\nmodel: { id: amazon.nova-2-lite-v1:0 }\n'))).toEqual([]);
  });

  it('a guardrail may be used, and is made where that is wanted', () => {
    const one = withModel(
      "model: { id: amazon.nova-2-lite-v1:0, guardrail: { id: abc123, version: '1' } }\n",
      '    guardrail: true\n',
    );
    expect(modelRights(one)).toEqual([
      {
        Sid: 'AskModel',
        Effect: 'Allow',
        Action: ['bedrock:InvokeModel'],
        Resource: ['arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-2-lite-v1:0'],
      },
      {
        Sid: 'ApplyGuardrail',
        Effect: 'Allow',
        Action: ['bedrock:ApplyGuardrail'],
        Resource: ['arn:aws:bedrock:eu-west-1:123456789012:guardrail/abc123'],
      },
    ]);
    expect(JSON.stringify(only(one, 'aws_bedrock_guardrail'))).toContain('"type":"PROMPT_ATTACK"');
    expect(only(one, 'aws_lambda_function', 'generate-patch')['environment']).not.toHaveProperty('variables.GUARDRAIL');
  });

  it('is asked under the guardrail that the stack makes, from the first apply on', () => {
    const one = withModel('model: { id: amazon.nova-2-lite-v1:0 }\n', '    guardrail: true\n');
    const [guardrail = ''] = Object.keys(one.resource?.['aws_bedrock_guardrail'] ?? {});
    const [version = ''] = Object.keys(one.resource?.['aws_bedrock_guardrail_version'] ?? {});
    const [key = ''] = Object.keys(one.resource?.['aws_kms_key'] ?? {});
    expect(only(one, 'aws_lambda_function', 'generate-patch')['environment']).toHaveProperty(
      'variables.GUARDRAIL',
      `\${aws_bedrock_guardrail.${guardrail}.guardrail_id}:\${aws_bedrock_guardrail_version.${version}.version}`,
    );
    expect(modelRights(one)).toContainEqual({
      Sid: 'ApplyGuardrail',
      Effect: 'Allow',
      Action: ['bedrock:ApplyGuardrail'],
      Resource: [`\${aws_bedrock_guardrail.${guardrail}.guardrail_arn}`],
    });
    expect(modelRights(one)).toContainEqual({
      Sid: 'ReadGuardrail',
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: [`\${aws_kms_key.${key}.arn}`],
    });
    expect(modelRights(withModel('', '    guardrail: true\n'))).toEqual([]);
  });

  it('is not asked elsewhere than the guardrail is', () => {
    expect(() =>
      withModel('model: { id: amazon.nova-2-lite-v1:0, region: us-east-1 }\n', '    guardrail: true\n'),
    ).toThrow(/:\d+:\d+: the guardrail would be in eu-west-1, and the model is asked in us-east-1/);
  });
});

describe('another partition', () => {
  it.each([
    ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ])('in %s every ARN is of %s', (region, partition, suffix) => {
    const stacks = synthesize(
      estateYaml(
        undefined,
        '    scanning: { repositories: [golden/*], resourceTypes: [ECR] }\n    guardrail: true\n',
      ).replace('region: eu-west-1', `region: ${region}`),
    );
    expect(stacks.size).toBe(3);
    for (const one of stacks.values()) {
      const partitions = new Set([...JSON.stringify(one).matchAll(/arn:(aws[a-z-]*):/g)].map(([, id]) => id));
      expect([...partitions].filter((id) => id !== partition)).toEqual([]);
    }
    const { variables } = only(stackOf(stacks, 'patching-test'), 'aws_lambda_function', 'start-build')[
      'environment'
    ] as { variables: Record<string, string> };
    expect(variables['REGISTRY_HOST']).toBe(`123456789012.dkr.ecr.${region}.${suffix}`);
    const providers = [...stacks.values()].map(({ terraform }) => terraform.required_providers['aws']?.version);
    const asked = providers.map((version) => version === '> 6.28.0, < 7.0.0');
    expect(new Set(asked)).toEqual(new Set([partition === 'aws-eusc']));
  });
});
