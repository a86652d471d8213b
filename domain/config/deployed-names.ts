import type { Environment } from './environment';
import { Label } from './label';
import { ecrHost, partitionOf } from './partition';

/** What an environment's stacks have made, by the names that they gave it. */
export interface DeployedNames {
  /** DynamoDB table. */
  readonly table: string;
  /** S3 bucket of scripts and papers. */
  readonly scriptBucket: string;
  /** Path of the rebuild signals' SSM parameters. */
  readonly signalPrefix: string;
  /** ARN of the SNS topic that people are told on. */
  readonly topicArn: string;
  /** EventBridge bus that `GoldenImagePromoted` is put on. */
  readonly eventBus: string;
  /** Host name of the ECR registry. */
  readonly registryHost: string;
}

/**
 * The names of what an environment's stacks have made; nothing is asked of AWS for it.
 * @throws BadInputError where the namespace or the environment makes too long a name
 */
export function deployedNames(environment: Environment): DeployedNames {
  const { account, region } = environment;
  const label = new Label({ ...environment, environment: environment.name });
  return {
    table: label.name('table', 'findings'),
    scriptBucket: label.bucket('scripts'),
    signalPrefix: label.path('signals'),
    topicArn: `arn:${partitionOf(region)}:sns:${region}:${account}:${label.name('topic', 'notifications')}`,
    eventBus: 'default',
    registryHost: ecrHost(account, region),
  };
}
