import { type LambdaChain, type LambdaChainOptions, startLambdaChain } from './lambda-chain';
import { makeLambdaZips } from './lambda-zips';
import { describeOnMoto } from './moto-server';

/** What tests of the chain start it with. */
export type StartChain = (options: Omit<LambdaChainOptions, 'moto' | 'zips'>) => Promise<LambdaChain>;

/**
 * Registers a `describe` whose tests run the chain on moto. The functions are bundled once; every chain that a test has
 * started is stopped after it, and moto forgets everything.
 * @param fn registers the tests; gets what starts a chain, and what tells moto's URL
 */
export function describeLambdaChain(name: string, fn: (start: StartChain, moto: () => string) => void): void {
  describeOnMoto(name, (moto) => {
    let zips: ReadonlyMap<string, Uint8Array>;
    const started: LambdaChain[] = [];
    beforeAll(async () => {
      zips = await makeLambdaZips();
    });
    afterEach(async () => {
      for (const chain of started.splice(0).reverse()) await chain.stop();
      await fetch(`${moto()}/moto-api/reset`, { method: 'POST' });
    });
    fn(async (options) => {
      const chain = await startLambdaChain({ ...options, moto: moto(), zips });
      started.push(chain);
      return chain;
    }, moto);
  });
}
