import { GetImagePipelineCommand } from '@aws-sdk/client-imagebuilder';
import { callAws, hasCode } from '../../../../adapters/aws/aws-error';
import { arnIn, type Account } from '../account';
import type { Check } from '../check';
import { failure, lookAtEach, ok, warning } from '../check';

/** Whether each image has a pipeline that is enabled. */
export const pipelines: Check<Account> = {
  id: 'pipelines',
  look: async (account) =>
    await lookAtEach(
      account.images,
      ({ names }) => `pipeline ${names.builder}`,
      async ({ names }, subject) => {
        const arn = arnIn(account, 'imagebuilder', `image-pipeline/${names.builder}`);
        try {
          const { imagePipeline } = await callAws(
            { service: 'imagebuilder', operation: 'GetImagePipeline', resource: subject },
            async () => await account.clients.imagebuilder.send(new GetImagePipelineCommand({ imagePipelineArn: arn })),
          );
          const status = imagePipeline?.status ?? 'DISABLED';
          if (status === 'ENABLED') return ok(subject, 'it is ENABLED');
          return warning(
            subject,
            `it is ${status}: builds that are asked for still start, and somebody may have meant to stop them`,
            'enable it in EC2 Image Builder, or apply the images stack',
          );
        } catch (error) {
          if (!hasCode(error, 'ResourceNotFoundException')) throw error;
          return failure(subject, 'it does not exist', 'apply the images stack (docs/deploying.md)');
        }
      },
    ),
};
