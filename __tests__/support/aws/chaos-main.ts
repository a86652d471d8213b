import { type MotoServer, startMotoServer } from '../../../scripts/emulator/moto-server';
import { awsEnvironment, withEnvironment } from './aws-environment';
import { CALM, CHAOS } from './chaos';
import { differences } from './chaos-end-state';
import { chaosEstate } from './chaos-estate';
import { type EstateRun, runEstate } from './chaos-run';
import { makeLambdaZips } from './lambda-zips';

// Runs an estate twice on the emulator, once without any fault and once with them, and prints what both came to as JSON:
// bench/chaos.ts, which may not know the tests, starts it. Arguments: images, findings per image, seed. Prints nothing where
// there is no emulator.

void (async (): Promise<void> => {
  const [images = 10, findings = 100, seed = 1] = process.argv.slice(2).map(Number);
  const moto = await startIfThere();
  if (moto === undefined) return;
  const restore = withEnvironment(awsEnvironment(moto.url));
  try {
    const options = { moto: moto.url, zips: await makeLambdaZips(), estate: chaosEstate(images, findings) };
    const clean = await runEstate({ ...options, seed: 0, level: CALM });
    process.stderr.write(`chaos: the clean run took ${clean.seconds.toFixed(0)} s\n`);
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    const chaos = await runEstate({ ...options, seed, level: CHAOS });
    const unlike = differences(clean.ends, chaos.ends);
    process.stdout.write(JSON.stringify({ clean: figuresOf(clean), chaos: figuresOf(chaos), differences: unlike }));
  } finally {
    restore();
    await moto.stop();
  }
})();

async function startIfThere(): Promise<MotoServer | undefined> {
  try {
    return await startMotoServer();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    process.stderr.write("chaos: not run: moto_server not found (pip install 'moto[server]')\n");
    return undefined;
  }
}

function figuresOf({ ends: _ends, ...figures }: EstateRun): Omit<EstateRun, 'ends'> {
  return figures;
}
