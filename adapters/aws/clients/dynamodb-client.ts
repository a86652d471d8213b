import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientConfiguration, type ClientOptions } from './client-options';

/** A DynamoDB client; make one per process. */
export function makeDynamoDbClient(options: ClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient(clientConfiguration(options));
}
