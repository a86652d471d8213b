import { z } from 'zod';
import { modelKeys } from '../author/model-config';
import { REGION } from './partition';

/** Days that CloudWatch Logs can keep a log group's events (API, PutRetentionPolicy). */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** What Inspector can scan in an account (Inspector2 API, Enable, resourceTypes). */
const SCANNED_RESOURCE_TYPES = ['ECR', 'EC2', 'LAMBDA', 'LAMBDA_CODE', 'CODE_REPOSITORY'] as const;

const region = z.string().regex(REGION, 'is not an AWS region');
const days = z.number().int().min(1).max(3650);
const word = z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'must be words of a-z and 0-9, joined by "-"');

const s3Backend = z.strictObject({
  type: z.literal('s3'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is not the name of an S3 bucket'),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9/_.-]{0,200}[A-Za-z0-9]$/, 'is not a key prefix: no "/" at its ends')
    .optional()
    .describe(
      'Before the keys of the states; no two environments may share it in one bucket. Default: <namespace>/<environment>.',
    ),
  region: region.optional().describe("The bucket's region. Default: the environment's."),
  kmsKeyId: z
    .string()
    .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[A-Za-z0-9/_-]+$/, 'is not the ARN of a KMS key')
    .optional()
    .describe("KMS key of the states. Default: the bucket's own encryption."),
});

const localBackend = z.strictObject({
  type: z.literal('local'),
  path: z
    .string()
    .regex(/^[A-Za-z0-9_.][A-Za-z0-9_./-]{0,200}$/, 'is not a path relative to the checkout')
    .refine((path) => !path.split('/').includes('..'), 'must not leave the checkout')
    .optional()
    .describe('Folder for the states, relative to the checkout. Default .terraform-state.'),
});

const subscription = z.strictObject({
  protocol: z.enum(['email', 'email-json', 'https', 'sqs', 'lambda', 'firehose', 'sms']),
  endpoint: z.string().min(1).max(2048).describe('Mail address, URL, number or ARN, as the protocol has it.'),
});

/** One deployment environment: where the estate runs, and with what means. */
export const environmentKeys = z.strictObject({
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be the 12 digits of an AWS account, in quotes')
    .describe('AWS account, 12 digits in quotes.'),
  region: region.describe('AWS region of everything.'),
  namespace: word.max(24).optional().describe('First part of every name. Default golden-images.'),
  backend: z
    .discriminatedUnion('type', [s3Backend, localBackend])
    .describe('Where Terraform keeps its states: s3 (locked natively), or local for trials.'),
  tags: z
    .record(z.string().min(1).max(128), z.string().max(256))
    .refine((tags) => Object.keys(tags).length <= 40, 'are over 40')
    .refine((tags) => Object.keys(tags).every((key) => !/^aws:/i.test(key)), 'must not begin with "aws:"')
    .optional()
    .describe('Tags of every resource.'),
  model: modelKeys.partial().optional().describe('Keys of `model` that are otherwise here.'),
  modelRegions: z
    .array(region)
    .min(1)
    .max(40)
    .optional()
    .describe("Regions that the model's inference profile routes to. Default: known for its prefix (us., eu., …)."),
  modelArns: z
    .array(z.string().regex(/^arn:aws[a-z-]*:bedrock:/, 'is not an ARN of Bedrock'))
    .min(1)
    .max(40)
    .optional()
    .describe('Models behind an application inference profile, whose ARN hides them.'),
  guardrail: z
    .boolean()
    .optional()
    .describe(
      'Also make a Bedrock Guardrail against prompt attacks, which the model is asked under unless `model.guardrail` names another. Default false.',
    ),
  budgets: z
    .strictObject({
      buildsPerDay: z.number().int().min(1).max(1000).optional().describe('At most, per image and UTC day.'),
      modelCallsPerDay: z.number().int().min(0).max(10_000).optional().describe('At most, per image and UTC day.'),
      modelTokensPerDay: z.number().int().min(0).optional().describe('At most, per image and UTC day.'),
    })
    .optional()
    .describe('Upper limits here, whatever policies and `model` say.'),
  retention: z
    .strictObject({
      logsDays: z.literal(LOG_RETENTION_DAYS).optional().describe('Log groups and build logs. Default 90.'),
      archiveDays: days.optional().describe('Events, for replay. Default 30.'),
      scriptsDays: days.optional().describe('Scripts, and versions of scripts and papers. Default 365.'),
      auditDays: days.optional().describe('Proposals, logs and evidence of patches. Default 731.'),
      candidatesDays: days.optional().describe('Images that never were promoted. Default 30.'),
      releases: z.number().int().min(2).max(1000).optional().describe('Promoted images per golden image. Default 20.'),
    })
    .optional(),
  removalProtection: z
    .boolean()
    .optional()
    .describe('Refuse to destroy what holds state: table, buckets, keys, repositories. Default true.'),
  gatherSeconds: z
    .number()
    .int()
    .min(0)
    .max(300)
    .optional()
    .describe('How long findings are gathered before an image is looked at. Default 60.'),
  reconcileMinutes: z
    .number()
    .int()
    .min(15)
    .max(1440)
    .optional()
    .describe('How often the table is compared with scanner, registry and builder. Default 60.'),
  rescanDays: z
    .union([z.literal('lifetime'), z.number().int().min(3).max(180)])
    .optional()
    .describe(
      "Days after push or last use in which Inspector scans an image again: its ECR re-scan duration, which this project does not set. Default 14, AWS's own.",
    ),
  vpc: z
    .strictObject({
      subnetIds: z
        .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'is not the id of a subnet'))
        .min(1)
        .max(16),
      securityGroupIds: z
        .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'is not the id of a security group'))
        .min(1)
        .max(5),
    })
    .optional()
    .describe("Your own VPC for the build instances. Default: the region's default VPC."),
  notifications: z
    .strictObject({
      emails: z.array(z.email('is not a mail address')).max(20).optional(),
      subscriptions: z.array(subscription).max(20).optional(),
    })
    .optional()
    .describe('Who is told when an alarm rings.'),
  scanning: z
    .strictObject({
      repositories: z
        .array(z.string().regex(/^[a-z0-9*][a-z0-9*._/-]{0,255}$/, 'is not a repository name with "*" as wildcard'))
        .min(1)
        .max(100)
        .describe('Repositories that are scanned continuously, with "*" as wildcard, e.g. golden/*.'),
      resourceTypes: z
        .array(z.enum(SCANNED_RESOURCE_TYPES))
        .refine((types) => types.includes('ECR'), 'must have ECR: without it no golden image is scanned')
        .refine(
          (types) => !types.includes('LAMBDA_CODE') || types.includes('LAMBDA'),
          'has LAMBDA_CODE without LAMBDA, and Inspector scans the code only of functions that it scans',
        )
        .describe(
          'All that Inspector scans in the account and region, ECR among it: what is not named here, Terraform switches off.',
        ),
    })
    .optional()
    .describe(
      "Let this project manage the account's Inspector and ECR scanning in the region. Default: somebody else does.",
    ),
  permissionsBoundary: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:policy\/[A-Za-z0-9/+=,.@_-]+$/, 'is not the ARN of an IAM policy')
    .optional()
    .describe('Permissions boundary of every role.'),
  instancePolicy: z
    .enum(['narrow', 'managed'])
    .optional()
    .describe(
      "Rights of the build instances: narrow (this project's own list), or AWS's managed policies, which allow more. Default narrow.",
    ),
});

/** A deployment environment as declared. */
export type EnvironmentConfig = z.infer<typeof environmentKeys>;

/** What names of environments look like: they become part of every resource's name. */
export const environmentName = word.max(20);
