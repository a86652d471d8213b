import { GetConfigurationCommand } from '@aws-sdk/client-inspector2';
import { callAws } from '../../../../adapters/aws/aws-error';
import type { Account } from '../account';
import type { Check } from '../check';
import { lookAt, ok, warning } from '../check';

const SUBJECT = 'ECR re-scan duration';
/**
 * Days below which a golden image that nobody runs drops out of scanning between two releases (Inspector user guide,
 * scanning_resources_configure_duration_setting_ecr).
 */
const SHORT_DAYS = 30;
const RAISE =
  'aws inspector2 update-configuration --ecr-configuration rescanDuration=LIFETIME, then build images again whose scans have expired (golden-images rebuild)';

/** How long images are scanned again after their push: then all their findings close, and nothing was fixed. */
export const rescanWindow: Check<Account> = {
  id: 'rescan-window',
  look: async ({ environment, clients }) =>
    await lookAt(SUBJECT, async () => {
      const { ecrConfiguration } = await callAws(
        { service: 'inspector2', operation: 'GetConfiguration', resource: `account ${environment.account}` },
        async () => await clients.inspector.send(new GetConfigurationCommand({})),
      );
      const duration = ecrConfiguration?.rescanDurationState?.rescanDuration;
      if (duration === undefined) return warning(SUBJECT, 'Inspector does not tell it', RAISE);
      if (duration === 'LIFETIME') return agreed(undefined, environment.rescanDays);
      const days = daysOf(duration);
      if (days === undefined)
        return warning(SUBJECT, `it is ${duration}, which is not known here`, 'look at it in the console of Inspector');
      if (days < SHORT_DAYS)
        return warning(
          SUBJECT,
          `it is ${days} days: then a golden image that nobody runs is not scanned any more, and its findings close unfixed`,
          RAISE,
        );
      return agreed(days, environment.rescanDays);
    }),
};

/** Days of e.g. `DAYS_14` (Inspector API, EcrRescanDuration). */
export function daysOf(duration: string): number | undefined {
  const days = /^DAYS_(?<days>\d{1,4})$/.exec(duration)?.groups?.['days'];
  return days === undefined ? undefined : Number(days);
}

function agreed(days: number | undefined, declared: number | undefined): ReturnType<typeof ok> {
  const text = days === undefined ? "images' lifetime" : `${days} days`;
  if (days === declared) return ok(SUBJECT, `it is ${text}, as golden-images.yaml says`);
  return warning(
    SUBJECT,
    `it is ${text}, and golden-images.yaml says ${declared === undefined ? 'lifetime' : `${declared} days`}: people are warned too early or too late`,
    `set environments.<name>.rescanDays to ${days ?? 'lifetime'}`,
  );
}
