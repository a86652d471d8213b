/** Actions that are allowed on every resource, and why no narrower way is known. */
export const WIDE_ACTIONS: Readonly<Record<string, string>> = {
  'dynamodb:ListStreams': 'takes no resource; Lambda asks for it where a function reads a stream',
  'ecr:GetAuthorizationToken': 'takes no resource; without rights on repositories it opens nothing',
  'ec2messages:AcknowledgeMessage': 'takes no resource; the Systems Manager agent on build instances',
  'ec2messages:DeleteMessage': 'takes no resource; the Systems Manager agent on build instances',
  'ec2messages:FailMessage': 'takes no resource; the Systems Manager agent on build instances',
  'ec2messages:GetEndpoint': 'takes no resource; the Systems Manager agent on build instances',
  'ec2messages:GetMessages': 'takes no resource; the Systems Manager agent on build instances',
  'ec2messages:SendReply': 'takes no resource; the Systems Manager agent on build instances',
  'inspector2:ListCoverage': 'takes no resource: read only, and asked with a filter on account and repository',
  'inspector2:ListFindings': 'takes no resource: read only, and asked with a filter on account and repository',
  'ssm:ListInstanceAssociations': "the instance's own id is not known before it runs",
  'ssm:UpdateInstanceAssociationStatus': "the instance's own id is not known before it runs",
  'ssm:UpdateInstanceInformation': "the instance's own id is not known before it runs",
  'ssmmessages:CreateControlChannel': 'takes no resource; the Systems Manager agent on build instances',
  'ssmmessages:CreateDataChannel': 'takes no resource; the Systems Manager agent on build instances',
  'ssmmessages:OpenControlChannel': 'takes no resource; the Systems Manager agent on build instances',
  'ssmmessages:OpenDataChannel': 'takes no resource; the Systems Manager agent on build instances',
};

/** Services that act as a role, or use a resource, without saying for whom. */
export const SERVICES_WITHOUT_SOURCE: Readonly<Record<string, string>> = {
  'ec2.amazonaws.com': 'instance profiles: EC2 says no source',
  'imagebuilder.amazonaws.com': 'lifecycle policies: whether Image Builder says a source is not documented',
  'lambda.amazonaws.com': 'execution roles: Lambda says no source',
};

/** Managed policies that are attached, and why. */
export const MANAGED_POLICIES: Readonly<Record<string, string>> = {
  EC2ImageBuilderLifecycleExecutionPolicy:
    'what Image Builder does for a lifecycle policy is not documented in narrower terms',
};

/** Types of resources that hold nothing, or nothing that our own keys could encrypt; everything else must be encrypted. */
export const NOTHING_TO_ENCRYPT: Readonly<Record<string, string>> = {
  aws_cloudwatch_dashboard: 'holds no data',
  aws_cloudwatch_event_archive: 'encrypted by EventBridge with its own key; holds facts about packages',
  aws_cloudwatch_event_rule: 'holds no data',
  aws_cloudwatch_event_target: 'holds no data',
  aws_cloudwatch_metric_alarm: 'holds no data',
  aws_ecr_lifecycle_policy: 'holds no data',
  aws_ecr_registry_scanning_configuration: 'holds no data',
  aws_iam_instance_profile: 'holds no data',
  aws_iam_role: 'holds no data',
  aws_iam_role_policy: 'holds no data',
  aws_iam_role_policy_attachment: 'holds no data',
  aws_imagebuilder_component: 'encrypted by Image Builder with its own key; holds no secret',
  aws_imagebuilder_distribution_configuration: 'holds no data',
  aws_imagebuilder_image_pipeline: 'holds no data',
  aws_imagebuilder_infrastructure_configuration: 'holds no data',
  aws_imagebuilder_lifecycle_policy: 'holds no data',
  aws_inspector2_enabler: 'holds no data',
  aws_bedrock_guardrail_version: 'a version of the guardrail, which is encrypted',
  aws_kms_alias: 'holds no data',
  aws_lambda_event_source_mapping: 'holds no data',
  aws_lambda_function_event_invoke_config: 'holds no data',
  aws_lambda_layer_version: 'encrypted by Lambda with its own key; holds golden-images.yaml',
  aws_lambda_permission: 'holds no data',
  aws_s3_bucket_lifecycle_configuration: 'holds no data',
  aws_s3_bucket_ownership_controls: 'holds no data',
  aws_s3_bucket_policy: 'holds no data',
  aws_s3_bucket_public_access_block: 'holds no data',
  aws_s3_bucket_server_side_encryption_configuration: 'holds no data',
  aws_s3_bucket_versioning: 'holds no data',
  aws_sns_topic_policy: 'holds no data',
  aws_sns_topic_subscription: 'holds no data',
  aws_sqs_queue_policy: 'holds no data',
  aws_ssm_parameter: 'a String: the URI of a script, which is no secret',
};
