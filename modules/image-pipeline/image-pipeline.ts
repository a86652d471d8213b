import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { ImagebuilderComponent } from '@cdktf/provider-aws/lib/imagebuilder-component';
import { ImagebuilderContainerRecipe } from '@cdktf/provider-aws/lib/imagebuilder-container-recipe';
import { ImagebuilderDistributionConfiguration } from '@cdktf/provider-aws/lib/imagebuilder-distribution-configuration';
import { ImagebuilderImagePipeline } from '@cdktf/provider-aws/lib/imagebuilder-image-pipeline';
import { ImagebuilderInfrastructureConfiguration } from '@cdktf/provider-aws/lib/imagebuilder-infrastructure-configuration';
import { ImagebuilderLifecyclePolicy } from '@cdktf/provider-aws/lib/imagebuilder-lifecycle-policy';
import { Construct } from 'constructs';
import type { BuildRole } from '../build-role/build-role';
import type { GoldenRepository } from '../golden-repository/golden-repository';
import type { EncryptionKey } from '../key/key';
import { literal } from '../terraform-text/terraform-text';
import type { PropProblem } from '../validation';
import { assertValid } from '../validation';
import { contentVersion } from './content-version';
import { contractTestDocument } from './contract-test';
import type { DockerfileProps } from './dockerfile';
import { renderDockerfile } from './dockerfile';
import { dockerfileProblems } from './dockerfile-problems';
import { fetchComponentDocument } from './fetch-component';

/** What a pipeline is made with. */
export interface ImagePipelineProps {
  /** Name of the pipeline and of all that belongs to it: letters, digits and `-`, as it stands in their ARNs. */
  readonly name: string;
  /** Reference of the parent: Docker Hub's or ECR's. */
  readonly parent: string;
  readonly architecture: 'amd64' | 'arm64';
  readonly dockerfile: DockerfileProps;
  /** Whether the image is tested in a running container: needs apt, dnf, yum or zypper in it. */
  readonly tests: boolean;
  readonly repository: GoldenRepository;
  /** Tag that every build moves. */
  readonly candidateTag: string;
  readonly region: string;
  /** Path of the parameter that names the script, and what its value begins with. */
  readonly signal: { readonly name: string; readonly scriptUriPrefix: string };
  readonly role: BuildRole;
  readonly logs: {
    readonly bucket: string;
    /** Key prefix, without `/` at its end: Image Builder puts one there. */
    readonly prefix: string;
    readonly groupName: string;
    readonly retentionDays: number;
  };
  readonly key: EncryptionKey;
  /** Reference to the ARN of the role that Image Builder deletes old builds with. */
  readonly lifecycleRoleArn: string;
  /** Subnet and security groups of the build instances. @default the region's default VPC */
  readonly network?: { readonly subnetId: string; readonly securityGroupIds: readonly string[] };
  /** Tags of the build instances. */
  readonly instanceTags: Readonly<Record<string, string>>;
}

/** Small, and large enough for `docker build`. */
const INSTANCE_TYPES = { amd64: ['t3.small'], arm64: ['t4g.small'] };
/** GB of the instance's disk. */
const VOLUME_GIGABYTES = 30;
/** Image Builder's records of builds; the images themselves are the repository's lifecycle policy's. */
const BUILD_DAYS = 90;
const BUILDS_KEPT = 10;

/**
 * An EC2 Image Builder pipeline that builds one image whenever it is told to. Its component and recipe have versions made
 * of their content: a change makes a new one first, moves the pipeline, and deletes the old one last (Terraform
 * provider, aws_imagebuilder_image_pipeline).
 */
export class ImagePipeline extends Construct {
  readonly pipeline: ImagebuilderImagePipeline;

  /** @throws BadInputError where the Dockerfile cannot be used */
  constructor(scope: Construct, id: string, props: ImagePipelineProps) {
    super(scope, id);
    assertValid(scope, id, ImagePipeline.validate(props));
    const { name, logs } = props;
    const logGroup = new CloudwatchLogGroup(this, 'log', {
      name: logs.groupName,
      retentionInDays: logs.retentionDays,
      kmsKeyId: props.key.arn,
    });
    const infrastructure = this.infrastructure(props);
    const distribution = new ImagebuilderDistributionConfiguration(this, 'distribution', {
      name,
      distribution: [
        {
          region: props.region,
          containerDistributionConfiguration: {
            containerTags: [props.candidateTag],
            targetRepository: { service: 'ECR', repositoryName: props.repository.repository.name },
          },
        },
      ],
    });
    const recipe = this.recipe(props);
    this.pipeline = new ImagebuilderImagePipeline(this, 'pipeline', {
      name,
      status: 'ENABLED',
      containerRecipeArn: recipe.arn,
      infrastructureConfigurationArn: infrastructure.arn,
      distributionConfigurationArn: distribution.arn,
      enhancedImageMetadataEnabled: false,
      imageTestsConfiguration: { imageTestsEnabled: props.tests, timeoutMinutes: 60 },
      dependsOn: [logGroup, ...props.role.role.ready],
    });
    this.lifecyclePolicy(props, recipe);
  }

  /** What Image Builder would refuse. */
  static validate({ dockerfile }: Pick<ImagePipelineProps, 'dockerfile'>): readonly PropProblem[] {
    return dockerfileProblems(dockerfile);
  }

  private recipe(props: ImagePipelineProps): ImagebuilderContainerRecipe {
    const { name, dockerfile, signal } = props;
    const { injection } = dockerfile;
    const fetch = fetchComponentDocument({
      injection,
      signalName: signal.name,
      scriptUriPrefix: signal.scriptUriPrefix,
    });
    const test = contractTestDocument(dockerfile);
    const components = [
      this.component('fetch', `${name}-fetch`, 'Fetches the patch script', fetch),
      ...(props.tests ? [this.component('contract', `${name}-contract`, "Tests the image's contract", test)] : []),
    ];
    const content = {
      containerType: 'DOCKER',
      parentImage: props.parent,
      // ECR's and Docker Hub's images do not say it (Image Builder API, CreateContainerRecipe, platformOverride).
      platformOverride: 'Linux',
      workingDirectory: '/tmp',
      dockerfileTemplateData: literal(renderDockerfile(dockerfile)),
      instanceConfiguration: {
        blockDeviceMapping: [
          {
            deviceName: '/dev/xvda',
            ebs: { encrypted: 'true', deleteOnTermination: 'true', volumeType: 'gp3', volumeSize: VOLUME_GIGABYTES },
          },
        ],
      },
    };
    return new ImagebuilderContainerRecipe(this, 'recipe', {
      name,
      // Whatever replaces the recipe is part of its version: one of that version is there until the new one is.
      version: contentVersion({ ...content, fetch, tested: props.tests && test, repository: props.repository.arn }),
      ...content,
      component: components.map(({ arn: componentArn }) => ({ componentArn })),
      targetRepository: { service: 'ECR', repositoryName: props.repository.repository.name },
      lifecycle: { createBeforeDestroy: true },
    });
  }

  private component(id: string, name: string, description: string, document: string): ImagebuilderComponent {
    const content = { description, platform: 'Linux', data: literal(document) };
    return new ImagebuilderComponent(this, id, {
      name,
      version: contentVersion(content),
      ...content,
      lifecycle: { createBeforeDestroy: true },
    });
  }

  private infrastructure(props: ImagePipelineProps): ImagebuilderInfrastructureConfiguration {
    const { name, network, logs } = props;
    return new ImagebuilderInfrastructureConfiguration(this, 'infrastructure', {
      name,
      instanceProfileName: props.role.profile.name,
      instanceTypes: INSTANCE_TYPES[props.architecture],
      // Components run within `docker build`, one hop further than the instance itself (Image Builder API,
      // InstanceMetadataOptions).
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2 },
      terminateInstanceOnFailure: true,
      logging: { s3Logs: { s3BucketName: logs.bucket, s3KeyPrefix: logs.prefix } },
      resourceTags: { ...props.instanceTags },
      ...(network !== undefined && {
        subnetId: network.subnetId,
        securityGroupIds: [...network.securityGroupIds],
      }),
    });
  }

  /** For the recipe as it is now: the provider takes no version with an `x`. Records of older ones stay. */
  private lifecyclePolicy(props: ImagePipelineProps, recipe: ImagebuilderContainerRecipe): void {
    new ImagebuilderLifecyclePolicy(this, 'lifecycle', {
      name: props.name,
      description: "Old records of builds; the images are the repository's matter",
      status: 'ENABLED',
      resourceType: 'CONTAINER_IMAGE',
      executionRole: props.lifecycleRoleArn,
      policyDetail: [
        {
          action: [{ type: 'DELETE', includeResources: [{ containers: false }] }],
          filter: [{ type: 'AGE', unit: 'DAYS', value: BUILD_DAYS, retainAtLeast: BUILDS_KEPT }],
        },
      ],
      resourceSelection: [{ recipe: [{ name: recipe.name, semanticVersion: recipe.version }] }],
    });
  }
}
