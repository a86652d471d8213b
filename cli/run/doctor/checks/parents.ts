import { DynamoDbFindingTable } from '../../../../adapters/aws/dynamodb-finding-table';
import type { ParentTrouble } from '../../../../domain/reconcile/parent-digest';
import { reconcileKey } from '../../../../domain/table/keys';
import { isReconcileItem } from '../../../../domain/table/reconcile-item';
import type { Account } from '../account';
import type { Check } from '../check';
import { lookAtEach, ok, warning } from '../check';

const COPY = "declare it by a pull through cache rule of ECR, or copy it into a repository of the account's registry";

/** What to do about a parent that is not watched. */
const REMEDIES: Readonly<Record<ParentTrouble, string>> = {
  'no-access': `is it private? ${COPY}`,
  'not-allowed': COPY,
  'not-found': 'check its repository and tag in golden-images.yaml',
  'not-usable': 'check its architecture, its USER and its ONBUILD, and declare another one in golden-images.yaml',
  'rate-limited': `wait, or take the same image from public.ecr.aws, or ${COPY}`,
  unreachable: `wait; where the function is in a VPC, give it a way to the internet, or ${COPY}`,
  unreadable: `wait, or ${COPY}`,
};

/** Whether newer digests of parents are noticed, as reconcile-findings saw it last. No registry is asked. */
export const parents: Check<Account> = {
  id: 'parents',
  look: async ({ images, names, clients }) => {
    const findings = new DynamoDbFindingTable({ client: clients.dynamodb, tableName: names.table });
    return await lookAtEach(
      images,
      ({ image }) => `image ${image.name}`,
      async ({ image }, subject) => {
        const item = await findings.get(reconcileKey(image.name));
        const { parent, unwatched } = item !== undefined && isReconcileItem(item) ? item : {};
        if (unwatched !== undefined && unwatched.reference === image.parent)
          return warning(
            subject,
            `a newer digest of its parent ${unwatched.reference} is not noticed since ${unwatched.since}: ${unwatched.detail}`,
            REMEDIES[unwatched.trouble],
          );
        return ok(
          subject,
          parent === undefined
            ? 'its parent was not looked at yet: that begins with its first digest'
            : `its parent was seen at ${parent.digest}`,
        );
      },
    );
  },
};
