import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { callAws, hasCode } from '../../../../adapters/aws/aws-error';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAt, ok, warning } from '../check';

/** Whether anybody is told. */
export const notifications: Check<Account> = {
  id: 'notifications',
  look: async ({ names, images, clients }) => {
    const subject = `topic ${names.topicArn.split(':').at(-1) ?? ''}`;
    return await lookAt(subject, async () => {
      try {
        const { Attributes = {} } = await callAws(
          { service: 'sns', operation: 'GetTopicAttributes', resource: subject },
          async () => await clients.sns.send(new GetTopicAttributesCommand({ TopicArn: names.topicArn })),
        );
        const confirmed = Number(Attributes['SubscriptionsConfirmed'] ?? 0);
        const pending = Number(Attributes['SubscriptionsPending'] ?? 0);
        if (confirmed > 0)
          return ok(subject, `it has ${confirmed} confirmed ${confirmed === 1 ? 'subscription' : 'subscriptions'}`);
        const waiting = images.filter(({ image }) => asksPeople(image.policy));
        const seen =
          pending > 0 ? `${pending} of its subscriptions wait to be confirmed, and none is` : 'nobody is subscribed';
        const todo =
          pending > 0
            ? 'follow the link in the mail that SNS sent'
            : 'declare notifications.emails in the environment, apply the patching stack, and confirm the mail';
        return waiting.length === 0
          ? warning(subject, `${seen}: alarms and held images reach nobody`, todo)
          : failure(
              subject,
              `${seen}, and patches of ${waiting.map(({ image }) => image.name).join(', ')} wait for approval`,
              todo,
            );
      } catch (error) {
        if (!hasCode(error, 'NotFound', 'NotFoundException')) throw error;
        return failure(subject, 'it does not exist', 'apply the patching stack (docs/deploying.md)');
      }
    });
  },
};

function asksPeople({ mode, modeBySeverity }: Account['images'][number]['image']['policy']): boolean {
  return [mode, ...Object.values(modeBySeverity)].includes('approve');
}
