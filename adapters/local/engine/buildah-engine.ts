import { join } from 'node:path';
import { z } from 'zod';
import { EngineError } from '../../../domain/errors';
import { runChecked, runCommand } from '../run-command';
import { copyExisting } from './copy-existing';
import type { Engine, EngineBuild, EngineImage } from './engine';
import { imageConfiguration, toContract } from '../../shared/image-configuration';

const inspection = z.looseObject({
  FromImageDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  Manifest: z.string(),
  OCIv1: z.looseObject({
    architecture: z.string().nullish(),
    rootfs: z.looseObject({ diff_ids: z.array(z.string()).nullish() }).nullish(),
  }),
  Docker: z.looseObject({ config: imageConfiguration.nullish() }),
});
const manifest = z.looseObject({
  mediaType: z.string().nullish(),
  layers: z.array(z.looseObject({ size: z.number() })).optional(),
});

/**
 * A rootless mount is only visible inside the user namespace that made it. A path with a symbolic link in it is passed
 * over, as in copyExisting.
 */
const ROOTLESS_COPY = `set -eu
root=$(buildah mount "$1"); destination=$2; shift 2
for path in "$@"; do
  rest=$path; at=$root; plain=yes
  while [ -n "$rest" ]; do
    at=$at/\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
    if [ -L "$at" ] || [ ! -e "$at" ]; then plain=no; break; fi
  done
  [ "$plain" = no ] || (cd "$root" && cp -a --parents -- "$path" "$destination")
done`;

/** `buildah`: needs no service; as root, images are read through a mount. */
export const buildahEngine: Engine = {
  name: 'buildah',

  async inspect(reference: string): Promise<EngineImage | undefined> {
    const result = await runCommand('buildah', ['inspect', '--type', 'image', reference]);
    if (result.code !== 0) {
      if (/image not known|does not exist|not found|unable to find|locating image/i.test(result.stderr))
        return undefined;
      throw new EngineError(`buildah inspect ${reference} failed: ${result.stderr.trim()}`);
    }
    const image = inspection.parse(JSON.parse(result.stdout));
    const { layers = [], mediaType } = manifest.parse(JSON.parse(image.Manifest));
    const config = image.Docker.config ?? {};
    return {
      digest: image.FromImageDigest,
      contract: toContract(config, image.OCIv1.architecture ?? ''),
      onBuild: config.OnBuild ?? [],
      format: mediaType?.includes('docker') === true ? 'docker' : 'oci',
      size: layers.reduce((sum, layer) => sum + layer.size, 0),
      layers: (image.OCIv1.rootfs?.diff_ids ?? []).map((digest, index) => {
        const size = layers[index]?.size;
        return { digest, ...(size !== undefined && { size }) };
      }),
    };
  },

  async pull(reference: string): Promise<void> {
    await runChecked('buildah', ['pull', '--quiet', reference]);
  },

  async loadArchive(path: string, format: 'oci-archive' | 'docker-archive', reference: string): Promise<void> {
    const id = (await runChecked('buildah', ['pull', '--quiet', `${format}:${path}`])).trim().split('\n').pop();
    await runChecked('buildah', ['tag', id ?? '', reference]);
  },

  async build({ context, tag, format, logFile, onLine }: EngineBuild): Promise<number> {
    const args = [
      'build',
      ...['--isolation', 'chroot', '--layers=false', '--pull-never', '--identity-label=false', '--no-hosts'],
      ...['--format', format],
      ...['--tag', tag, '--file', join(context, 'Dockerfile'), context],
    ];
    return (await runCommand('buildah', args, { logFile, ...(onLine !== undefined && { onLine }) })).code;
  },

  async tag(source: string, target: string): Promise<void> {
    await runChecked('buildah', ['tag', source, target]);
  },

  async untag(reference: string): Promise<void> {
    await runCommand('buildah', ['untag', reference, reference]);
  },

  async extract(reference: string, paths: readonly string[], destination: string): Promise<void> {
    const container = (await runChecked('buildah', ['from', '--pull-never', reference])).trim();
    try {
      if (process.getuid?.() === 0) {
        const root = (await runChecked('buildah', ['mount', container])).trim();
        await copyExisting(root, paths, destination);
      } else {
        await runChecked('buildah', ['unshare', 'sh', '-c', ROOTLESS_COPY, 'sh', container, destination, ...paths]);
      }
    } finally {
      await runCommand('buildah', ['rm', container]);
    }
  },
};
