import { SsmRebuildSignal } from '../../../../adapters/aws/ssm-rebuild-signal';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAtEach, ok } from '../check';

/** Whether each image has the parameter whose change starts its builds. */
export const signals: Check<Account> = {
  id: 'rebuild-signals',
  look: async ({ images, names, clients }) => {
    const signal = new SsmRebuildSignal({ client: clients.ssm, prefix: names.signalPrefix });
    return await lookAtEach(
      images,
      (image) => `parameter ${image.names.signal}`,
      async ({ image }, subject) => {
        const found = await signal.get(image.name);
        return found === undefined
          ? failure(
              subject,
              'it does not exist: no build of the image can start',
              'apply the images stack (docs/deploying.md)',
            )
          : ok(subject, `it is at version ${found.version}`);
      },
    );
  },
};
