import { floatingDigest } from '../../../../adapters/aws/ecr-floating-digest';
import { DynamoDbFindingTable } from '../../../../adapters/aws/dynamodb-finding-table';
import { listRepositories } from '../../../../adapters/aws/ecr-inventory';
import { readHead } from '../../../../domain/table/head-changes';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAtEach, ok, warning } from '../check';

/** Whether each floating tag is on what was promoted: who may push to the repository can move it past every proof. */
export const floatingTags: Check<Account> = {
  id: 'floating-tags',
  look: async ({ images, environment, names, clients }) => {
    const table = new DynamoDbFindingTable({ client: clients.dynamodb, tableName: names.table });
    return await lookAtEach(
      images,
      ({ image }) => `tag ${image.repository}:${image.floatingTag}`,
      async ({ image }, subject) => {
        const head = await readHead(table, image.name);
        const { promoted, moving } = head ?? {};
        if (promoted === undefined)
          return ok(subject, 'nothing was promoted yet, so that nothing is said to be proven');
        const at = await floatingDigest(clients.ecr, image);
        if (at === promoted.digest) return ok(subject, `it is on the promoted image ${promoted.digest}`);
        // The check of the repositories tells of it.
        if (at === undefined && !(await listRepositories(clients.ecr)).includes(image.repository)) return [];
        // Of the time between the two looks, too.
        if (moving !== undefined || (await readHead(table, image.name))?.version !== head?.version)
          return warning(subject, 'it is just being moved', 'look again in some minutes');
        return failure(
          subject,
          `it is on ${at ?? 'no image'}, and ${promoted.digest} was promoted: somebody else has moved it, or taken it away`,
          `find out who (CloudTrail: PutImage, BatchDeleteImage), and tag ${promoted.reference} again (docs/operating.md), or golden-images rebuild --image ${image.name} --reason … --environment ${environment.name}`,
        );
      },
    );
  },
};
