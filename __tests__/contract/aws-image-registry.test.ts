import { makeEcrClient } from '../../adapters/aws/clients/ecr-client';
import { EcrImageRegistry } from '../../adapters/aws/ecr-image-registry';
import { TEST_ACCOUNT, TEST_REGION, withEnvironment } from '../support/aws/aws-environment';
import { pushImage, startEcrServer } from '../support/aws/ecr-server';
import { describeOnMoto } from '../support/aws/moto-server';
import { createRepository } from '../support/aws/resources';
import { makeImage } from '../unit/table/samples';
import { describeImageRegistry, parentTag } from './image-registry.contract';

describeOnMoto('on moto', (moto) => {
  describeImageRegistry('ECR', async () => {
    const server = await startEcrServer(moto());
    const restore = withEnvironment({ AWS_ENDPOINT_URL_ECR: server.url });
    const client = makeEcrClient();
    const repository = await createRepository(client);
    restore();
    const registry = new EcrImageRegistry({
      client,
      registry: `${TEST_ACCOUNT}.dkr.ecr.${TEST_REGION}.amazonaws.com`,
    });
    const image = makeImage({ repository });
    return {
      registry,
      image: { ...image, parent: registry.referenceOf(image, parentTag) },
      push: async (tag, sample) => (await pushImage(server, client, repository, tag, sample)).digest,
      dispose: async () => {
        client.destroy();
        await server.stop();
      },
    };
  });
});
