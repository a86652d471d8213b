import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { plannedChange } from '../../scripts/plan/planned-change';
import { checkStack } from '../../scripts/terraform/check-stack';
import { describeOnMoto } from '../support/aws/moto-server';
import { describeWithTools } from '../support/requires-tool';
import type { SynthesizedEstate } from '../support/terraform/estate';
import { synthesizeEstate } from '../support/terraform/estate';
import type { AppliedResource } from '../support/terraform/terraform-stack';
import { TerraformStack } from '../support/terraform/terraform-stack';

const IMAGES = ['alpine-3.22', 'amazonlinux-2023', 'debian-12'];

describeWithTools(['terraform'], 'images-stack, by the real provider', () => {
  let estate: SynthesizedEstate;
  beforeAll(() => {
    estate = synthesizeEstate();
  });
  afterAll(() => {
    estate.remove();
  });

  test('is planned in full, Image Builder and all', async () => {
    const { resource } = JSON.parse(readFileSync(join(estate.images, 'cdk.tf.json'), 'utf8')) as {
      resource: Record<string, object>;
    };
    const declared = Object.values(resource).flatMap((named) => Object.keys(named)).length;
    expect(Object.keys(resource['aws_imagebuilder_image_pipeline'] ?? {})).toHaveLength(IMAGES.length);
    expect(await checkStack(estate.images)).toMatchObject({ ok: true, toAdd: declared });
  });

  describe('applied without Image Builder', () => {
    describeOnMoto('in an emulator', (url) => {
      let stack: TerraformStack;
      let resources: readonly AppliedResource[];
      beforeAll(async () => {
        stack = await TerraformStack.init(estate.images, url());
        await stack.apply();
        resources = await stack.resources();
      });
      afterAll(() => {
        stack.remove();
      });

      test('makes a repository per image: scanned, encrypted with the stack’s key, tags immutable', async () => {
        const { repositories = [] } = await new ECRClient().send(new DescribeRepositoriesCommand({}));
        const key = resources.find(({ type }) => type === 'aws_kms_key')?.values['arn'];
        expect(repositories.map(({ repositoryName }) => repositoryName).sort()).toEqual(
          IMAGES.map((image) => `golden/${image}`),
        );
        for (const repository of repositories)
          expect(repository).toMatchObject({
            imageScanningConfiguration: { scanOnPush: true },
            encryptionConfiguration: { encryptionType: 'KMS', kmsKey: key },
          });
      });

      test('makes a signal per image, whose value is from then on the functions’', async () => {
        const ssm = new SSMClient();
        const names = IMAGES.map((image) => `/golden-images/test/signals/${image}`);
        for (const Name of names) {
          const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
          expect([Parameter?.Type, Parameter?.Value]).toEqual(['String', 'none']);
          await ssm.send(new PutParameterCommand({ Name, Value: 's3://scripts/one.sh', Overwrite: true }));
        }
        const plan = await stack.plan();
        const changes = (plan.resource_changes ?? []).map(plannedChange).filter((change) => change !== undefined);
        expect(changes).toEqual([]);
      });

      test('leaves nothing behind when it is destroyed', async () => {
        await stack.destroy();
        expect(await stack.resources()).toEqual([]);
        const { repositories } = await new ECRClient().send(new DescribeRepositoriesCommand({}));
        expect(repositories).toEqual([]);
      });
    });
  });
});
