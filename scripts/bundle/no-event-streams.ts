/**
 * Takes the place of the SDK's event streams, which no call of a Lambda of ours uses (of S3 only SelectObjectContent has
 * one, of Bedrock only the streaming calls). The SDK imports them when a response has one; as the only import of its kind
 * it would keep esbuild from joining the SDK's modules, which then take longer to load.
 */
export function eventStreamSerdeProvider(): never {
  throw new Error('event streams are not in the bundle: scripts/bundle/no-event-streams.ts leaves them out');
}

/**
 * What the SDK would make of the provider.
 * @alias
 */
export const EventStreamSerde = eventStreamSerdeProvider;
