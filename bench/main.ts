import { reportError } from '../cli/output/report-error';
import { benchChaos } from './chaos';
import { benchColdStart } from './cold-start';
import { benchDomain } from './domain';
import { benchIngest } from './ingest';
import { benchPatch } from './patch';
import { benchSynth } from './synth';
import { benchVersions } from './versions';
import { benchVet } from './vet';

/** The benchmarks by name. Each prints its figures as ratios against a baseline of the same run. */
const BENCHMARKS: ReadonlyMap<string, () => Promise<void>> = new Map([
  ['patch', benchPatch],
  ['versions', benchVersions],
  ['domain', benchDomain],
  ['vet', benchVet],
  ['ingest', benchIngest],
  ['cold-start', benchColdStart],
  ['synth', benchSynth],
  ['chaos', benchChaos],
]);

void (async (): Promise<void> => {
  const [name] = process.argv.slice(2);
  const chosen = name === undefined ? [...BENCHMARKS.values()] : [BENCHMARKS.get(name)];
  try {
    for (const benchmark of chosen) {
      if (benchmark === undefined) {
        process.stderr.write(`bench: there is no benchmark "${name ?? ''}": ${[...BENCHMARKS.keys()].join(', ')}\n`);
        process.exitCode = 2;
        return;
      }
      await benchmark();
    }
  } catch (error) {
    process.exitCode = reportError(error, true);
  }
})();
