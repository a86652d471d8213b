import { z } from 'zod';
import type { ImageContract } from '../../domain/contract/image-contract';

const strings = z.array(z.string()).nullish();
const set = z.record(z.string(), z.unknown()).nullish();

/**
 * The `config` object that podman and docker print, and buildah below `Docker` (OCI image-spec, config.md; docker's format
 * adds HEALTHCHECK, SHELL and ONBUILD).
 */
export const imageConfiguration = z.looseObject({
  User: z.string().nullish(),
  Entrypoint: strings,
  Cmd: strings,
  Env: strings,
  WorkingDir: z.string().nullish(),
  ExposedPorts: set,
  Volumes: set,
  Labels: z.record(z.string(), z.string()).nullish(),
  Healthcheck: z.record(z.string(), z.unknown()).nullish(),
  Shell: strings,
  OnBuild: strings,
  StopSignal: z.string().nullish(),
});

/** Turns an engine's image configuration into the contract that images are compared by. */
export function toContract(config: z.infer<typeof imageConfiguration>, architecture: string): ImageContract {
  return {
    user: config.User ?? '',
    entrypoint: config.Entrypoint ?? [],
    cmd: config.Cmd ?? [],
    env: config.Env ?? [],
    workdir: config.WorkingDir ?? '',
    ports: Object.keys(config.ExposedPorts ?? {}).sort(),
    volumes: Object.keys(config.Volumes ?? {}).sort(),
    labels: config.Labels ?? {},
    architecture,
    healthcheck: canonical(config.Healthcheck ?? {}),
    shell: config.Shell ?? [],
    stopSignal: config.StopSignal ?? '',
  };
}

/** JSON with sorted keys, without what is null, zero or empty; empty where nothing is left. */
function canonical(value: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(value)
    .filter(([, part]) => part !== null && part !== 0 && part !== '')
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return said.length === 0 ? '' : JSON.stringify(Object.fromEntries(said));
}
