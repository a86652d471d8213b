import { DescribeRepositoriesCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { makeEcrClient } from '../../../adapters/aws/clients/ecr-client';
import { type InspectorEvent, subjectOf } from './chain-events';
import { pushImage } from './ecr-server';
import { type LambdaChain, REGISTRY_HOST } from './lambda-chain';
import { createRepository } from './resources';

/** A parent image of the tests' registry, and its layer, next to which a patch's is small. */
export const PARENT = {
  repository: 'parents/base',
  reference: `${REGISTRY_HOST}/parents/base:1`,
  layer: 'parent'.padEnd(1000, '.'),
};

/** Makes a repository where there is none of that name. @returns whether it did */
async function ensureRepository(client: ECRClient, name: string): Promise<boolean> {
  const { repositories = [] } = await client.send(new DescribeRepositoriesCommand({}));
  if (repositories.some(({ repositoryName }) => repositoryName === name)) return false;
  await createRepository(client, name);
  return true;
}

/** Has ECR hold the images that events are about, each under its digest and tags, and their parent. */
export async function pushGolden(chain: LambdaChain, events: readonly InspectorEvent[]): Promise<void> {
  const client = makeEcrClient();
  if (await ensureRepository(client, PARENT.repository))
    await pushImage(chain.ecr, client, PARENT.repository, '1', { layers: [PARENT.layer] });
  const subjects = new Map(events.map(subjectOf).map((subject) => [subject.digest, subject]));
  for (const { repository, digest, tags } of subjects.values()) {
    await ensureRepository(client, repository);
    const layers = [PARENT.layer, `layer of ${repository}`, digest];
    // moto drops an image whose only tag is moved, ECR does not: each has one of its own.
    for (const tag of [digest.replace(':', '-'), ...tags])
      await pushImage(chain.ecr, client, repository, tag, { layers, digest });
  }
}
