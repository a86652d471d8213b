import { GetInstanceProfileCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { callAws, hasCode } from '../../../../adapters/aws/aws-error';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAtEach, ok } from '../check';

/** The functions that the patching stack makes; each has a role of its name. */
export const FUNCTION_NAMES = [
  'generate-patch',
  'ingest-finding',
  'reconcile-findings',
  'signal-rebuild',
  'start-build',
  'track-build',
] as const;

/** Whether the roles are there that functions and build instances run with. */
export const roles: Check<Account> = {
  id: 'roles',
  look: async ({ label, images, clients }) => {
    const named = [
      ...FUNCTION_NAMES.map((name) => ({ name: label.name('role', name), stack: 'patching' })),
      { name: label.name('role', 'lifecycle'), stack: 'images' },
      ...images.map(({ names }) => ({ name: names.role, stack: 'images' })),
    ];
    return [
      ...(await lookAtEach(
        named,
        ({ name }) => `role ${name}`,
        async ({ name, stack }, subject) =>
          await exists(subject, stack, async () => {
            await callAws(
              { service: 'iam', operation: 'GetRole', resource: subject },
              async () => await clients.iam.send(new GetRoleCommand({ RoleName: name })),
            );
            return 'it is there';
          }),
      )),
      ...(await lookAtEach(
        images,
        ({ names }) => `instance profile ${names.role}`,
        async ({ names }, subject) =>
          await exists(subject, 'images', async () => {
            const { InstanceProfile } = await callAws(
              { service: 'iam', operation: 'GetInstanceProfile', resource: subject },
              async () => await clients.iam.send(new GetInstanceProfileCommand({ InstanceProfileName: names.role })),
            );
            const has = InstanceProfile?.Roles?.some(({ RoleName }) => RoleName === names.role) === true;
            return has ? 'it has its role' : undefined;
          }),
      )),
    ];
  },
};

async function exists(
  subject: string,
  stack: string,
  look: () => Promise<string | undefined>,
): Promise<ReturnType<typeof ok>> {
  const todo = `apply the ${stack} stack (docs/deploying.md)`;
  try {
    const seen = await look();
    return seen === undefined ? failure(subject, 'it does not have its role', todo) : ok(subject, seen);
  } catch (error) {
    if (!hasCode(error, 'NoSuchEntity', 'NoSuchEntityException')) throw error;
    return failure(subject, 'it does not exist', todo);
  }
}
