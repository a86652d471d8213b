/**
 * Runs one try of a call; an error with one of the codes is marked as throttling, so that the SDK's retries, which do not
 * know the code, take it as one.
 */
export async function markThrottled<T>(codes: readonly string[], attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Error && codes.includes(error.name))
      Object.assign(error, { $retryable: { throttling: true } });
    throw error;
  }
}
