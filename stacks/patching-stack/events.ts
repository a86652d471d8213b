import type { EventPattern } from '../../modules/event-rule/event-rule';

/** A finding of Inspector on an image in ECR, of any severity and status: which matter is the policy's to say. */
export const FINDINGS: EventPattern = {
  source: ['aws.inspector2'],
  'detail-type': ['Inspector2 Finding'],
  detail: { resources: { type: ['AWS_ECR_CONTAINER_IMAGE'] } },
};

/** A rebuild signal of this environment was given. Making or deleting a parameter is none. */
export function signals(prefix: string): EventPattern {
  return {
    source: ['aws.ssm'],
    'detail-type': ['Parameter Store Change'],
    detail: { operation: ['Update'], name: [{ prefix: `${prefix}/` }] },
  };
}

/**
 * A build of one of this environment's recipes has ended. The event names the build, and no pipeline (Image Builder
 * user guide, integ-eventbridge).
 */
export function buildEnds(images: string): EventPattern {
  return {
    source: ['aws.imagebuilder'],
    'detail-type': ['EC2 Image Builder Image State Change'],
    resources: [{ prefix: images }],
    detail: { state: { status: ['AVAILABLE', 'FAILED', 'CANCELLED'] } },
  };
}

/** The first scan of an image in ECR is complete: of any, since which repositories are golden is not the rule's to know. */
export const SCANS: EventPattern = {
  source: ['aws.inspector2'],
  'detail-type': ['Inspector2 Scan'],
  // Instances have first scans, too: what is built on is one of them. Those of images name a repository, by its ARN.
  detail: { 'scan-status': ['INITIAL_SCAN_COMPLETE'], 'repository-name': [{ prefix: 'arn:' }] },
};

/** All that the system could be told again from an archive. */
export const ARCHIVED: EventPattern = {
  source: ['aws.inspector2', 'aws.imagebuilder', 'aws.ssm'],
  'detail-type': [
    'Inspector2 Finding',
    'Inspector2 Scan',
    'EC2 Image Builder Image State Change',
    'Parameter Store Change',
  ],
};
