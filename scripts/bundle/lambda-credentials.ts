import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Takes the place of the SDK's chain of credential providers in a Lambda, which gets its credentials in environment
 * variables and from nowhere else: profiles, single sign-on, and the metadata services of EC2 and ECS stay out of the
 * bundle.
 */
export const defaultProvider: typeof fromEnv = fromEnv;
