import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { Construct } from 'constructs';
import type { Grantee } from '../iam-role/iam-role';
import { ServiceRole } from '../iam-role/iam-role';
import type { Statement } from '../iam-role/policy-document';
import type { Place } from '../place/place';
import { arnOf, iamArn, s3Arn, viaService } from '../place/place';

/** What a build instance may reach. */
export interface BuildRoleProps {
  /** At most 64 characters; also the instance profile's. */
  readonly name: string;
  readonly place: Place;
  /** ARN of the repository that the image is pushed to. */
  readonly repositoryArn: string;
  /**
   * ARNs of private repositories that the build pulls from, whether pushed to or behind a pull through cache rule.
   *
   * @default none
   */
  readonly pullArns?: readonly string[];
  /** What all names of the image's components and its recipe begin with. */
  readonly builderPrefix: string;
  /** Path of the parameter that names the script. */
  readonly signalName: string;
  /** Bucket and prefix of the scripts. */
  readonly scripts: { readonly bucket: string; readonly prefix: string; readonly keyAlias: string };
  /** Bucket and key prefix of the build logs, the latter without `/` at its end, and their log group. */
  readonly logs: { readonly bucket: string; readonly prefix: string; readonly groupName: string };
  /**
   * `narrow`: the list below. `managed`: AWS's three managed policies as well, which let the script read every parameter
   * and every repository of the account.
   *
   * @default narrow
   */
  readonly policy?: 'narrow' | 'managed';
  /** @default none */
  readonly permissionsBoundary?: string;
}

/** AWS's own policies for build instances of containers (Image Builder, "Set up", IAM). */
const MANAGED = [
  'EC2InstanceProfileForImageBuilder',
  'EC2InstanceProfileForImageBuilderECRContainerBuilds',
  'AmazonSSMManagedInstanceCore',
];

/**
 * Rights of the instances that build one image. The patch script runs on them, and could use them: so they reach this
 * image's parameter, script, repository and log, and nothing else.
 */
export class BuildRole extends Construct implements Grantee {
  readonly role: ServiceRole;
  readonly profile: IamInstanceProfile;

  constructor(scope: Construct, id: string, props: BuildRoleProps) {
    super(scope, id);
    const { place } = props;
    this.role = new ServiceRole(this, 'role', {
      name: props.name,
      description: 'What the instances that build the image may do',
      service: 'ec2.amazonaws.com',
      place,
      ...(props.policy === 'managed' && {
        managedPolicies: MANAGED.map((name) => iamArn({ ...place, account: 'aws' }, `policy/${name}`)),
      }),
      ...(props.permissionsBoundary !== undefined && { permissionsBoundary: props.permissionsBoundary }),
    });
    for (const statement of [...agentStatements(), ...buildStatements(props), ...ownStatements(props)])
      this.allow(statement);
    this.profile = new IamInstanceProfile(this, 'profile', { name: props.name, role: this.role.role.name });
  }

  allow(statement: Statement): void {
    this.role.allow(statement);
  }
}

/** What the agent on the instance needs to be told what to do (Systems Manager, "Instance permissions"). */
function agentStatements(): readonly Statement[] {
  return [
    {
      sid: 'SystemsManagerAgent',
      actions: [
        'ec2messages:AcknowledgeMessage',
        'ec2messages:DeleteMessage',
        'ec2messages:FailMessage',
        'ec2messages:GetEndpoint',
        'ec2messages:GetMessages',
        'ec2messages:SendReply',
        'ssm:ListInstanceAssociations',
        'ssm:UpdateInstanceAssociationStatus',
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      resources: ['*'],
    },
    { sid: 'RegistryLogin', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
  ];
}

/**
 * What Image Builder's own scripts do on the instance (its managed policies, narrowed: Image Builder user guide,
 * security-iam-awsmanpol).
 */
function buildStatements({
  place,
  builderPrefix,
  repositoryArn,
  pullArns,
  logs,
}: BuildRoleProps): readonly Statement[] {
  return [
    {
      sid: 'OwnComponents',
      actions: ['imagebuilder:GetComponent'],
      resources: [arnOf(place, 'imagebuilder', `component/${builderPrefix}-*/*/*`)],
    },
    {
      sid: 'OwnRecipe',
      actions: ['imagebuilder:GetContainerRecipe'],
      resources: [arnOf(place, 'imagebuilder', `container-recipe/${builderPrefix}/*`)],
    },
    {
      sid: 'ImageBuilderTools',
      actions: ['s3:GetObject'],
      resources: [s3Arn(place, 'ec2imagebuilder-*/*'), s3Arn(place, `awstoe-${place.region}/*`)],
    },
    {
      sid: 'PushOwnImage',
      actions: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:CompleteLayerUpload',
        'ecr:GetDownloadUrlForLayer',
        'ecr:InitiateLayerUpload',
        'ecr:PutImage',
        'ecr:UploadLayerPart',
      ],
      resources: [repositoryArn],
    },
    ...(pullArns === undefined || pullArns.length === 0
      ? []
      : [
          {
            sid: 'PullParent',
            actions: [
              'ecr:BatchCheckLayerAvailability',
              'ecr:BatchGetImage',
              // Behind a pull through cache rule: what the cache does not have, or not newly enough (ECR User Guide, "IAM
              // permissions required to sync an upstream registry"). Its repository must exist: ecr:CreateRepository is not given.
              'ecr:BatchImportUpstreamImage',
              'ecr:GetDownloadUrlForLayer',
            ],
            resources: pullArns,
          },
        ]),
    {
      sid: 'WriteOwnBuildLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${arnOf(place, 'logs', `log-group:${logs.groupName}`)}:*`],
    },
  ];
}

/** What the static component does: find, fetch and check the script; and where logs go. */
function ownStatements({ place, signalName, scripts, logs }: BuildRoleProps): readonly Statement[] {
  return [
    { sid: 'OwnSignal', actions: ['ssm:GetParameter'], resources: [arnOf(place, 'ssm', `parameter${signalName}`)] },
    {
      sid: 'OwnScripts',
      actions: ['s3:GetObject'],
      resources: [s3Arn(place, `${scripts.bucket}/${scripts.prefix}*`)],
    },
    {
      // The key is another stack's: it is known by its alias.
      sid: 'DecryptScripts',
      actions: ['kms:Decrypt'],
      resources: [arnOf(place, 'kms', 'key/*')],
      conditions: {
        StringEquals: { 'kms:ViaService': viaService(place, 's3') },
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': scripts.keyAlias },
      },
    },
    {
      sid: 'StoreBuildLogs',
      actions: ['s3:PutObject'],
      resources: [s3Arn(place, `${logs.bucket}/${logs.prefix}/*`)],
    },
  ];
}
