import type { Statement } from '../../modules/iam-role/policy-document';
import { arnOf } from '../../modules/place/place';
import type { Settings } from '../settings/settings';

/**
 * Allows to start builds by the environment's pipelines. GetImagePipeline is a dependent action of the other (Service
 * Authorization Reference, EC2 Image Builder). So is iam:CreateServiceLinkedRole, which nobody is given: doctor tells where
 * that role is absent.
 */
export function startBuildsStatement({ environment, label }: Pick<Settings, 'environment' | 'label'>): Statement {
  return {
    sid: 'StartBuilds',
    actions: ['imagebuilder:StartImagePipelineExecution', 'imagebuilder:GetImagePipeline'],
    resources: [arnOf(environment, 'imagebuilder', `image-pipeline/${label.prefix}-*`)],
  };
}
