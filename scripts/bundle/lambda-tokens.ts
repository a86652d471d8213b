/**
 * Takes the place of the SDK's providers of bearer tokens in a Lambda, which signs its requests with its role's
 * credentials: single sign-on and API keys stay out of the bundle.
 */
export function nodeProvider(): () => Promise<never> {
  return async () => await Promise.reject(new Error('there are no bearer tokens in a Lambda: its role signs requests'));
}

/** @returns as {@link nodeProvider} does */
export function fromEnvSigningName(): () => Promise<never> {
  return nodeProvider();
}
