/** Prefix of profiles that route anywhere. */
export const GLOBAL_PREFIX = 'global';

/**
 * Regions that system-defined inference profiles route to, by prefix: all that any model's profile of that prefix has. A
 * single model may have fewer, and then the right to the others is of no use. Source: Bedrock, "Supported Regions and
 * models for inference profiles".
 */
const DESTINATIONS: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
  ca: ['ca-central-1', 'ca-west-1'],
  eu: ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'],
  apac: [
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-4',
  ],
  au: ['ap-southeast-2', 'ap-southeast-4'],
  jp: ['ap-northeast-1', 'ap-northeast-3'],
  'us-gov': ['us-gov-east-1', 'us-gov-west-1'],
};

/**
 * Prefix of an inference profile's id, such as `eu`; undefined where the id is a model's. A model's id begins with its
 * provider, and a profile's with one part more.
 */
export function prefixOf(id: string): string | undefined {
  const [first = ''] = id.split('.');
  return first === GLOBAL_PREFIX || Object.hasOwn(DESTINATIONS, first) || /^[a-z]{2,4}\.[a-z0-9]+\.[a-z]/.test(id)
    ? first
    : undefined;
}

/** Regions that profiles of a prefix route to; undefined where that is not known. */
export function destinationRegions(prefix: string): readonly string[] | undefined {
  return DESTINATIONS[prefix];
}
