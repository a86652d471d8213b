import { BadInputError } from '../../../domain/errors';
import { readEnvironment, VARIABLES } from '../../../functions/shared/environment';

const GOOD = {
  TABLE_NAME: 'golden-images',
  ESTATE_FILE: '/opt/golden-images.json',
  METRICS_ENVIRONMENT: 'golden-images-test',
  SCRIPT_BUCKET: 'scripts',
  SCRIPT_KMS_KEY_ID: 'alias/scripts',
  BUILD_LOG_BUCKET: 'build-logs',
  GUARDRAIL: 'abcdef123456:1',
  SIGNAL_PREFIX: '/golden-images/test/signals',
  PIPELINE_ARN_PREFIX: 'arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/test-',
  REGISTRY_ACCOUNT: '123456789012',
  REGISTRY_HOST: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
  TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:notifications',
  EVENT_BUS_NAME: 'default',
  GATHER_SECONDS: '60',
  RESCAN_DAYS: '14',
  AWS_REGION: 'eu-west-1',
};
/** Variables that may be left out. */
const OPTIONAL: readonly string[] = ['SCRIPT_KMS_KEY_ID', 'GUARDRAIL', 'RESCAN_DAYS'];
const NAMES = Object.keys(VARIABLES) as (keyof typeof VARIABLES)[];

/** What is said of an environment. */
function complaint(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    readEnvironment(NAMES, environment);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(BadInputError);
    return error instanceof Error ? error.message : '';
  }
}

describe('the environment of a function', () => {
  it('is what was asked for, and nothing else', () => {
    expect(readEnvironment(NAMES, { ...GOOD, OTHER: 'x' })).toEqual(GOOD);
    expect(readEnvironment(['TABLE_NAME'], GOOD)).toEqual({ TABLE_NAME: 'golden-images' });
  });

  it.each(NAMES.filter((name) => !OPTIONAL.includes(name)))('names %s where it is missing or empty', (name) => {
    expect(complaint({ ...GOOD, [name]: undefined })).toMatch(
      new RegExp(`^environment variable ${name} is not set: it should be the \\S`),
    );
    expect(complaint({ ...GOOD, [name]: '' })).toMatch(
      new RegExp(`^environment variable ${name} is "": it should be the`),
    );
  });

  it('may leave the KMS key, the guardrail and the re-scan window out', () => {
    expect(readEnvironment(['SCRIPT_KMS_KEY_ID', 'GUARDRAIL', 'RESCAN_DAYS'], {})).toEqual({});
  });

  it.each([
    ['REGISTRY_ACCOUNT', '12345'],
    ['SIGNAL_PREFIX', 'golden-images'],
    ['SIGNAL_PREFIX', '/golden-images/'],
    ['PIPELINE_ARN_PREFIX', 'image-pipeline/'],
    ['REGISTRY_HOST', 'docker.io'],
    ['TOPIC_ARN', 'notifications'],
    ['GATHER_SECONDS', '60 s'],
    ['RESCAN_DAYS', 'lifetime'],
    ['METRICS_ENVIRONMENT', 'golden images'],
    ['GUARDRAIL', 'abcdef123456'],
  ])('says that %s is not to be %s', (name, value) => {
    expect(complaint({ ...GOOD, [name]: value })).toContain(`environment variable ${name} is "${value}": it should be`);
  });

  it('tells of everything that is wrong at once', () => {
    expect(complaint({}).split('\n')).toHaveLength(NAMES.length - OPTIONAL.length);
  });
});
