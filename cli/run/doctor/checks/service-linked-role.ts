import { GetRoleCommand } from '@aws-sdk/client-iam';
import { callAws, hasCode } from '../../../../adapters/aws/aws-error';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAt, ok } from '../check';

/** Its name in every account (EC2 Image Builder User Guide, "Use IAM service-linked roles"). */
export const IMAGE_BUILDER_ROLE = 'AWSServiceRoleForImageBuilder';

/**
 * Whether the role is there that EC2 Image Builder itself works with. Image Builder makes it with an account's first build,
 * where the one who starts that build may make it: the functions may not.
 */
export const serviceLinkedRole: Check<Account> = {
  id: 'service-linked-role',
  look: async ({ clients }) =>
    await lookAt(`role ${IMAGE_BUILDER_ROLE}`, async () => {
      const subject = `role ${IMAGE_BUILDER_ROLE}`;
      try {
        await callAws(
          { service: 'iam', operation: 'GetRole', resource: subject },
          async () => await clients.iam.send(new GetRoleCommand({ RoleName: IMAGE_BUILDER_ROLE })),
        );
        return ok(subject, 'it is there');
      } catch (error) {
        if (!hasCode(error, 'NoSuchEntity', 'NoSuchEntityException')) throw error;
        return failure(
          subject,
          'it does not exist, and the functions may not make it: the first build is refused',
          'aws iam create-service-linked-role --aws-service-name imagebuilder.amazonaws.com',
        );
      }
    }),
};
