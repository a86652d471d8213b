import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { makeSsmClient } from '../../adapters/aws/clients/ssm-client';
import { SsmRebuildSignal } from '../../adapters/aws/ssm-rebuild-signal';
import { describeOnMoto } from '../support/aws/moto-server';
import { createParameter, uniqueName } from '../support/aws/resources';
import { describeRebuildSignal } from './rebuild-signal.contract';

describeOnMoto('on moto', () => {
  describeRebuildSignal('SSM', () => {
    const client = makeSsmClient();
    const prefix = `/${uniqueName('golden-images')}/signals`;
    return Promise.resolve({
      open: () => new SsmRebuildSignal({ client, prefix }),
      dispose: () => {
        client.destroy();
        return Promise.resolve();
      },
    });
  });

  test('puts over a parameter that is there already, and keeps it a String', async () => {
    const client = makeSsmClient();
    const prefix = `/${uniqueName('golden-images')}`;
    await createParameter(client, `${prefix}/debian-12`);
    const signal = new SsmRebuildSignal({ client, prefix });
    expect(await signal.put('debian-12', 's3://bucket/key')).toStrictEqual({ version: 2 });
    const { Parameter } = await client.send(new GetParameterCommand({ Name: `${prefix}/debian-12` }));
    expect(Parameter).toMatchObject({ Type: 'String', Value: 's3://bucket/key', Version: 2 });
  });
});
