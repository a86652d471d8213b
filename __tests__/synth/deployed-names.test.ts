import { deployedNames } from '../../domain/config/deployed-names';
import { resourcesOf } from '../../scripts/security/stack-json';
import { estateYaml } from './support/estate';
import { settingsOf, stackOf, synthesize } from './support/synthesize';

it('the command line looks for what the stacks have made: table, bucket, topic, parameters', () => {
  const names = deployedNames(settingsOf(estateYaml()).environment);
  expect(names).toEqual({
    table: 'golden-images-test-findings',
    scriptBucket: 'golden-images-test-scripts-123456789012-eu-west-1',
    signalPrefix: '/golden-images/test/signals',
    topicArn: 'arn:aws:sns:eu-west-1:123456789012:golden-images-test-notifications',
    eventBus: 'default',
    registryHost: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  });
  const synthesized = synthesize(estateYaml());
  const named = (stack: string, type: string, attribute = 'name'): unknown[] =>
    resourcesOf(stackOf(synthesized, stack))
      .filter((one) => one.type === type)
      .map(({ attributes }) => attributes[attribute]);
  expect(named('patching-test', 'aws_dynamodb_table')).toEqual([names.table]);
  expect(named('patching-test', 'aws_s3_bucket', 'bucket')).toContain(names.scriptBucket);
  expect(named('patching-test', 'aws_sns_topic')).toEqual([names.topicArn.split(':').at(-1)]);
  expect(named('images-test', 'aws_ssm_parameter')).toContain(`${names.signalPrefix}/debian-12`);
});

it('China has a registry and a partition of its own', () => {
  const yaml = estateYaml().replace('eu-west-1', 'cn-north-1');
  expect(deployedNames(settingsOf(yaml).environment)).toMatchObject({
    topicArn: 'arn:aws-cn:sns:cn-north-1:123456789012:golden-images-test-notifications',
    registryHost: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
  });
});
