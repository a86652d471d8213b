import { callerIdentity } from '../../adapters/aws/caller-identity';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeEventBridgeClient } from '../../adapters/aws/clients/eventbridge-client';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { makeSnsClient } from '../../adapters/aws/clients/sns-client';
import { makeStsClient } from '../../adapters/aws/clients/sts-client';
import { AwsNotifier } from '../../adapters/aws/aws-notifier';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { EcrImageRegistry } from '../../adapters/aws/ecr-image-registry';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import { BadInputError } from '../../domain/errors';
import type { DeployedEnvironment } from './deployed-environment';
import { loadDeployed } from './deployed-environment';
import { shellWord } from './local-state';
import type { OperatedState, StateChoice } from './operated-state';

/**
 * Opens an environment on AWS, with the credentials of the SDK's default chain and the names that the stacks gave.
 * @throws BadInputError where there is no such environment, or the credentials are another account's
 */
export async function openAwsState({
  environment: name,
  config,
}: Pick<StateChoice, 'config'> & { readonly environment: string }): Promise<OperatedState> {
  const deployed = await loadDeployed(config, name);
  const { environment, names, estate } = deployed;
  const client = { region: environment.region };
  const caller = await callerIn(deployed);
  const flags = ['--environment', name, ...(config === undefined ? [] : ['--config', config])];
  return {
    table: new DynamoDbFindingTable({ client: makeDynamoDbClient(client), tableName: names.table }),
    // Without a key of its own: the bucket has its default.
    scripts: new S3ScriptStore({ client: makeS3Client(client), bucket: names.scriptBucket }),
    notifier: new AwsNotifier({
      sns: makeSnsClient(client),
      eventBridge: makeEventBridgeClient(client),
      topicArn: names.topicArn,
      eventBusName: names.eventBus,
    }),
    images: [...estate.byRepository.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    exceptions: estate.exceptions,
    // No name takes the place of the ARN, which AWS vouches for, and which has no spaces.
    actor: (name) => (name === undefined ? caller : `${caller} for ${name}`),
    flags: flags.map((flag) => ` ${shellWord(flag)}`).join(''),
    next: 'The functions of the environment carry on.',
    registry: async () =>
      await Promise.resolve(new EcrImageRegistry({ client: makeEcrClient(client), registry: names.registryHost })),
    close: () => undefined,
  };
}

/** Whose credentials are in use, where they are of the environment's account: names alone would be found in another too. */
export async function callerIn({ environment }: Pick<DeployedEnvironment, 'environment'>): Promise<string> {
  const { account, arn } = await callerIdentity(makeStsClient({ region: environment.region }));
  if (account === environment.account) return arn;
  throw new BadInputError(
    `the credentials are of account ${account} (${arn}), but environment ${environment.name} is in account ${environment.account}`,
    { hint: 'set AWS_PROFILE, or take a role, of that account' },
  );
}
