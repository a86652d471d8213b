import { GetRegistryScanningConfigurationCommand } from '@aws-sdk/client-ecr';
import { callAws } from '../../../../adapters/aws/aws-error';
import { coversRepository } from '../../../../domain/config/wildcard';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAt, ok, type Seen } from '../check';

const SUBJECT = 'registry scanning';
const REMEDY =
  'declare scanning.repositories in the environment and apply its scanning stack, or aws ecr put-registry-scanning-configuration (docs/deploying.md)';

/** Whether the registry has golden repositories scanned continuously. */
export const registryScanning: Check<Account> = {
  id: 'registry-scanning',
  look: async ({ environment, images, clients }) =>
    await lookAt(SUBJECT, async (): Promise<Seen | readonly Seen[]> => {
      const { scanningConfiguration } = await callAws(
        { service: 'ecr', operation: 'GetRegistryScanningConfiguration', resource: `registry ${environment.account}` },
        async () => await clients.ecr.send(new GetRegistryScanningConfigurationCommand({})),
      );
      const { scanType = 'BASIC', rules = [] } = scanningConfiguration ?? {};
      if (scanType !== 'ENHANCED')
        return failure(SUBJECT, `it is ${scanType}: Inspector scans enhanced ones only`, REMEDY);
      const filtersOf = (frequency: string): string[] =>
        rules
          .filter((rule) => rule.scanFrequency === frequency)
          .flatMap((rule) => (rule.repositoryFilters ?? []).flatMap(({ filter }) => filter ?? []));
      const [continuous, onPush] = [filtersOf('CONTINUOUS_SCAN'), filtersOf('SCAN_ON_PUSH')];
      return images.map(({ image: { repository } }): Seen => {
        const subject = `repository ${repository}`;
        const filter = continuous.find((one) => coversRepository(one, repository));
        if (filter !== undefined) return ok(subject, `it is scanned continuously, by the filter ${filter}`);
        const isOnPush = onPush.some((one) => coversRepository(one, repository));
        return failure(
          subject,
          isOnPush
            ? 'it is scanned on push only: what becomes known later is never found'
            : 'no rule of the registry covers it: it is never scanned',
          REMEDY,
        );
      });
    }),
};
