import { z } from 'zod';
import type { ImageContract } from '../../../domain/contract/image-contract';

const strings = z.array(z.string()).nullish();
const set = z.record(z.string(), z.unknown()).nullish();

/** The `config` object that podman and docker print, and buildah below `OCIv1` (OCI image-spec, config.md). */
export const imageConfiguration = z.looseObject({
  User: z.string().nullish(),
  Entrypoint: strings,
  Cmd: strings,
  Env: strings,
  WorkingDir: z.string().nullish(),
  ExposedPorts: set,
  Volumes: set,
  Labels: z.record(z.string(), z.string()).nullish(),
});

/** Turns an engine's image configuration into the contract that images are compared by. */
export function toContract(config: z.infer<typeof imageConfiguration>): ImageContract {
  return {
    user: config.User ?? '',
    entrypoint: config.Entrypoint ?? [],
    cmd: config.Cmd ?? [],
    env: config.Env ?? [],
    workdir: config.WorkingDir ?? '',
    ports: Object.keys(config.ExposedPorts ?? {}).sort(),
    volumes: Object.keys(config.Volumes ?? {}).sort(),
    labels: config.Labels ?? {},
  };
}
