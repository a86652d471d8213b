import { GetFoundationModelAvailabilityCommand, GetInferenceProfileCommand } from '@aws-sdk/client-bedrock';
import { callAws, hasCode } from '../../../../adapters/aws/aws-error';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAt, ok, type Seen } from '../check';

const ABSENT = ['ResourceNotFoundException', 'ValidationException'];
const ACCESS = 'have access to the model granted in the console of Amazon Bedrock (Model access)';

/** Whether the model can be asked that writes patches. Nothing is asked of it. */
export const model: Check<Account> = {
  id: 'model',
  look: async (account) => {
    const { model: config, author } = account.estate;
    if (config === undefined)
      return author === 'bedrock'
        ? [failure('model', 'the author is bedrock, and no model is named', 'set model.id in golden-images.yaml')]
        : [ok('model', 'none is configured: rules write every patch')];
    if (author === 'rules') return [ok('model', 'the author is rules: no model is asked')];
    const subject = `model ${config.id}`;
    return await lookAt(subject, async () => await availability(account, config.id, subject));
  },
};

async function availability(account: Account, id: string, subject: string): Promise<Seen> {
  const profile = await profileOf(account, id, subject);
  if (profile !== undefined && profile.status !== 'ACTIVE')
    return failure(subject, `its inference profile is ${profile.status}`, 'take another model.id');
  const modelId = profile?.modelId ?? /foundation-model\/(?<id>.+)$/.exec(id)?.groups?.['id'] ?? id;
  try {
    const { clients } = account;
    const { authorizationStatus, entitlementAvailability, agreementAvailability, regionAvailability } = await callAws(
      { service: 'bedrock', operation: 'GetFoundationModelAvailability', resource: `model ${modelId}` },
      async () => await clients.bedrock.send(new GetFoundationModelAvailabilityCommand({ modelId })),
    );
    const missing = [
      ...(authorizationStatus === 'AUTHORIZED' ? [] : [`it is ${authorizationStatus ?? 'not authorized'}`]),
      ...(entitlementAvailability === 'AVAILABLE' ? [] : ['the account is not entitled to it']),
      ...(agreementAvailability?.status === 'AVAILABLE'
        ? []
        : [`its agreement is ${agreementAvailability?.status ?? 'unknown'}`]),
    ];
    if (missing.length > 0) return failure(subject, missing.join(', and '), ACCESS);
    // A profile routes to other regions.
    if (profile === undefined && regionAvailability !== 'AVAILABLE')
      return failure(
        subject,
        'it cannot be asked in the region',
        'set model.region, or model.id to an inference profile, e.g. with the prefix eu. or us.',
      );
    return ok(
      subject,
      profile === undefined
        ? 'the account has access to it'
        : `the account has access to it, by an inference profile of ${modelId}`,
    );
  } catch (error) {
    if (!hasCode(error, ...ABSENT)) throw error;
    return failure(
      subject,
      'there is no such model in the region',
      'check model.id and model.region in golden-images.yaml',
    );
  }
}

/** The inference profile of that id, and the first model that it routes to; undefined where it is none. */
async function profileOf(
  { clients }: Account,
  id: string,
  subject: string,
): Promise<{ status: string; modelId: string | undefined } | undefined> {
  if (/:foundation-model\//.test(id)) return undefined;
  try {
    const { status, models = [] } = await callAws(
      { service: 'bedrock', operation: 'GetInferenceProfile', resource: subject },
      async () => await clients.bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: id })),
    );
    const [first] = models;
    return { status: status ?? 'unknown', modelId: first?.modelArn?.split('foundation-model/')[1] };
  } catch (error) {
    if (hasCode(error, ...ABSENT)) return undefined;
    throw error;
  }
}
