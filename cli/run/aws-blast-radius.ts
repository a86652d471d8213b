import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { makeInspectorClient } from '../../adapters/aws/clients/inspector-client';
import { DynamoDbFindingTable } from '../../adapters/aws/dynamodb-finding-table';
import { InspectorFindingSource } from '../../adapters/aws/inspector-finding-source';
import type { GoldenImage } from '../../domain/config/golden-image';
import { callerIn } from './aws-state';
import { findBlastRadius } from './blast-radius';
import type { DeployedEnvironment } from './deployed-environment';

/**
 * Finds who is built on older digests of a golden image in the registry of an environment.
 * @throws BadInputError where the credentials are another account's
 */
export async function blastRadiusIn(
  deployed: DeployedEnvironment,
  image: GoldenImage,
  options: { readonly all: boolean },
): ReturnType<typeof findBlastRadius> {
  const { environment, names } = deployed;
  await callerIn(deployed);
  const client = { region: environment.region };
  return await findBlastRadius(
    image,
    {
      table: new DynamoDbFindingTable({ client: makeDynamoDbClient(client), tableName: names.table }),
      ecr: makeEcrClient(client),
      source: new InspectorFindingSource({ client: makeInspectorClient(client), account: environment.account }),
    },
    options,
  );
}
