import type { BedrockClient } from '@aws-sdk/client-bedrock';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import type { Inspector2Client } from '@aws-sdk/client-inspector2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import { makeBedrockClient } from '../../../adapters/aws/clients/bedrock-client';
import { makeDynamoDbClient } from '../../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../../adapters/aws/clients/ecr-client';
import { makeIamClient } from '../../../adapters/aws/clients/iam-client';
import { makeImageBuilderClient } from '../../../adapters/aws/clients/imagebuilder-client';
import { makeInspectorClient } from '../../../adapters/aws/clients/inspector-client';
import { makeS3Client } from '../../../adapters/aws/clients/s3-client';
import { makeSnsClient } from '../../../adapters/aws/clients/sns-client';
import { makeSqsClient } from '../../../adapters/aws/clients/sqs-client';
import { makeSsmClient } from '../../../adapters/aws/clients/ssm-client';
import { makeStsClient } from '../../../adapters/aws/clients/sts-client';
import type { Environment } from '../../../domain/config/environment';
import type { Estate, GoldenImage } from '../../../domain/config/golden-image';
import type { ImageNames } from '../../../domain/config/image-names';
import { imageNames } from '../../../domain/config/image-names';
import type { DeployedNames } from '../../../domain/config/deployed-names';
import { Label } from '../../../domain/config/label';
import { partitionOf } from '../../../domain/config/partition';
import type { DeployedEnvironment } from '../deployed-environment';

/** Everything that is asked of an account. */
export interface AccountClients {
  readonly bedrock: BedrockClient;
  readonly dynamodb: DynamoDBClient;
  readonly ecr: ECRClient;
  readonly iam: IAMClient;
  readonly imagebuilder: ImagebuilderClient;
  readonly inspector: Inspector2Client;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
}

/** The account that is looked at, and what should be in it. */
export interface Account {
  readonly environment: Environment;
  readonly names: DeployedNames;
  readonly label: Label;
  readonly estate: Estate;
  /** Sorted by name. */
  readonly images: readonly NamedImage[];
  readonly clients: AccountClients;
  readonly now: Date;
}

/** A golden image, and the names of what it has in the account. */
export interface NamedImage {
  readonly image: GoldenImage;
  readonly names: ImageNames;
}

/** The account of an environment; nothing is asked yet. */
export function accountOf({ environment, names, estate }: DeployedEnvironment, now: Date): Account {
  const label = new Label({ ...environment, environment: environment.name });
  const client = { region: environment.region };
  const images = [...estate.byRepository.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  return {
    environment,
    names,
    label,
    estate,
    images: images.map((image) => ({ image, names: imageNames(label, image.name) })),
    clients: {
      bedrock: makeBedrockClient({ region: estate.model?.region ?? environment.region }),
      dynamodb: makeDynamoDbClient(client),
      ecr: makeEcrClient(client),
      iam: makeIamClient(client),
      imagebuilder: makeImageBuilderClient(client),
      inspector: makeInspectorClient(client),
      s3: makeS3Client(client),
      sns: makeSnsClient(client),
      sqs: makeSqsClient(client),
      ssm: makeSsmClient(client),
      sts: makeStsClient(client),
    },
    now,
  };
}

/** ARN of something of the account in its region. */
export function arnIn({ environment }: Pick<Account, 'environment'>, service: string, resource: string): string {
  const { account, region } = environment;
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}
