import { z } from 'zod';
import { BadInputError } from '../../domain/errors';

const ARN_PREFIX = /^arn:[a-z-]+:imagebuilder:[a-z0-9-]+:\d{12}:image-pipeline\/[a-z0-9-]*$/;

/** A number of seconds, 0 to 9999, as text. */
function seconds(what: string): z.ZodString {
  return z
    .string()
    .regex(/^\d{1,4}$/)
    .describe(what);
}

/** Every variable that a function may have. The description says what it should be. */
export const VARIABLES = {
  TABLE_NAME: z.string().min(1).describe('the name of the DynamoDB table'),
  ESTATE_FILE: z
    .string()
    .min(1)
    .describe('the path of golden-images.json, e.g. /opt/golden-images.json (docs/adr/0005)'),
  METRICS_ENVIRONMENT: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .describe('the value of the dimension environment of all metrics, e.g. golden-images-prod'),
  SCRIPT_BUCKET: z.string().min(3).describe('the name of the S3 bucket for scripts and audit papers'),
  SCRIPT_KMS_KEY_ID: z.string().min(1).optional().describe('the KMS key of the script bucket, or not set'),
  BUILD_LOG_BUCKET: z
    .string()
    .min(3)
    .describe('the name of the S3 bucket that Image Builder writes the logs of builds to'),
  GUARDRAIL: z
    .string()
    .regex(/^[a-z0-9]+:(?:[1-9][0-9]{0,7}|DRAFT)$/)
    .optional()
    .describe('the id and version of the guardrail of the stack, e.g. abcdef123456:1, or not set'),
  SIGNAL_PREFIX: z
    .string()
    .regex(/^(?:\/[A-Za-z0-9_.-]+)+$/)
    .describe('the path of the signal parameters, e.g. /golden-images/prod/signals'),
  PIPELINE_ARN_PREFIX: z
    .string()
    .regex(ARN_PREFIX)
    .describe(
      'the ARN that pipelines begin with, e.g. arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/prod-',
    ),
  REGISTRY_ACCOUNT: z
    .string()
    .regex(/^\d{12}$/)
    .describe('the 12 digits of the account whose ECR registry holds the images'),
  REGISTRY_HOST: z
    .string()
    .regex(/^\d{12}\.dkr[.-]ecr[a-z0-9.-]+$/)
    .describe('the host name of the ECR registry, e.g. 123456789012.dkr.ecr.eu-west-1.amazonaws.com'),
  TOPIC_ARN: z
    .string()
    .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/)
    .describe('the ARN of the SNS topic that people are told on'),
  EVENT_BUS_NAME: z.string().min(1).describe('the name of the EventBridge bus for GoldenImagePromoted, e.g. default'),
  GATHER_SECONDS: seconds('the seconds that findings are gathered before an image is looked at, e.g. 60'),
  RESCAN_DAYS: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .optional()
    .describe('the days in which the scanner scans an image again, or not set where that is not known'),
  AWS_REGION: z.string().min(1).describe('the region; Lambda sets it'),
} as const;

type Name = keyof typeof VARIABLES;

/** The variables of a function, checked. */
export type Environment<N extends Name> = { readonly [K in N]: z.infer<(typeof VARIABLES)[K]> };

/**
 * Reads the variables that a function needs.
 * @param names those that it needs
 * @param environment where they are read from
 * @throws BadInputError that names every variable that is missing or wrong, and says what it should be
 */
export function readEnvironment<N extends Name>(
  names: readonly N[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Environment<N> {
  const problems: string[] = [];
  const values: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = environment[name];
    const parsed = VARIABLES[name].safeParse(value);
    if (!parsed.success)
      problems.push(
        `environment variable ${name} ${value === undefined ? 'is not set' : `is ${JSON.stringify(value.slice(0, 80))}`}: it should be ${VARIABLES[name].description ?? name}`,
      );
    else if (parsed.data !== undefined) values[name] = parsed.data;
  }
  if (problems.length > 0)
    throw new BadInputError(problems.join('\n'), {
      hint: 'set it in the configuration of the function, and deploy again',
    });
  return values as Environment<N>;
}
