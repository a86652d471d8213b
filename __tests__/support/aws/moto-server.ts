import { type MotoServer, startMotoServer } from '../../../scripts/emulator/moto-server';
import { describeWithTools } from '../requires-tool';
import { awsEnvironment, withEnvironment } from './aws-environment';

/**
 * Registers a `describe` with a moto server of its own and an environment (endpoint, region, credentials that are none)
 * in which every SDK client goes there. Where `moto_server` is missing it is skipped loudly, see `describeWithTools`.
 * @param fn registers the tests; gets a function that tells the server's URL once it runs
 */
export function describeOnMoto(name: string, fn: (url: () => string) => void): void {
  describeWithTools(['moto_server'], name, () => {
    let server: MotoServer | undefined;
    let restore: (() => void) | undefined;
    beforeAll(async () => {
      server = await startMotoServer();
      restore = withEnvironment(awsEnvironment(server.url));
    });
    afterAll(async () => {
      restore?.();
      await server?.stop();
    });
    fn(() => server?.url ?? '');
  });
}
