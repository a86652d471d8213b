import { BadInputError } from '../../../domain/errors';
import { runCommand } from '../run-command';
import { buildahEngine } from './buildah-engine';
import { dockerCompatibleEngine } from './docker-compatible-engine';
import type { Engine, EngineName } from './engine';
import { ENGINE_NAMES } from './engine';

/** A command that fails where the engine cannot build: a docker client without its service, for one. */
const PROBES: Record<EngineName, readonly string[]> = {
  buildah: ['info'],
  podman: ['info'],
  docker: ['info', '--format', '{{.ServerVersion}}'],
};

/**
 * Finds the container engine to use.
 * @param choice an engine's name, `auto` for the first that works, `none` for none
 * @returns undefined for `none`, and for `auto` where no engine works
 * @throws BadInputError where the named engine does not work here
 */
export async function chooseEngine(choice: EngineName | 'auto' | 'none'): Promise<Engine | undefined> {
  if (choice === 'none') return undefined;
  for (const name of choice === 'auto' ? ENGINE_NAMES : [choice]) if (await works(name)) return engineOf(name);
  if (choice === 'auto') return undefined;
  throw new BadInputError(`--engine ${choice}: ${choice} is not installed, or does not answer`, {
    hint: `try "${choice} info", or another engine: ${ENGINE_NAMES.join(', ')}, none`,
  });
}

async function works(name: EngineName): Promise<boolean> {
  const probe = await runCommand(name, PROBES[name], { timeout: 20_000 }).catch(() => undefined);
  return probe?.code === 0;
}

function engineOf(name: EngineName): Engine {
  return name === 'buildah' ? buildahEngine : dockerCompatibleEngine(name);
}
