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

/**
 * What regions begin with, by the prefix of the profiles that are offered in them. That are more regions than the profiles
 * route to: a request may come from one that answers none (AWS CDK, `CrossRegionInferenceProfileRegion`, has such a list).
 */
const OFFERED: Readonly<Record<string, readonly string[]>> = {
  us: ['us-', 'ca-'],
  ca: ['ca-'],
  eu: ['eu-'],
  apac: ['ap-'],
  au: ['ap-'],
  jp: ['ap-'],
  'us-gov': ['us-gov-'],
};

/**
 * Whether profiles of a prefix can be asked in a region. False only where the region is known to be another profile's part of
 * the world: `eu` in us-east-1. Of the Middle East, Africa and South America nothing is known here.
 */
export function canBeAskedIn(prefix: string, region: string): boolean {
  const areas = OFFERED[prefix];
  const area = areaOf(region);
  return areas === undefined || area === undefined || areas.includes(area);
}

/** The longest beginning that fits: us-gov-west-1 is not in the United States' commercial regions. */
function areaOf(region: string): string | undefined {
  const fitting = Object.values(OFFERED)
    .flat()
    .filter((one) => region.startsWith(one));
  return fitting.sort((left, right) => right.length - left.length)[0];
}
