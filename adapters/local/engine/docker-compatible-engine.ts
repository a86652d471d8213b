import { z } from 'zod';
import { EngineError } from '../../../domain/errors';
import { lastLines, runChecked, runCommand } from '../run-command';
import type { Engine, EngineBuild, EngineImage } from './engine';
import { imageConfiguration, toContract } from '../../shared/image-configuration';

const digestForm = /^sha256:[0-9a-f]{64}$/;
const inspection = z.tuple([
  z.looseObject({
    Id: z.string(),
    Digest: z.string().nullish(),
    Size: z.number(),
    Architecture: z.string().nullish(),
    ManifestType: z.string().nullish(),
    Config: imageConfiguration.nullish(),
    RootFS: z.looseObject({ Layers: z.array(z.string()).nullish() }).nullish(),
  }),
]);

/** Flags of `build` that only one of the two knows. */
const BUILD_FLAGS = {
  podman: ['--isolation', 'chroot', '--layers=false', '--pull=never', '--no-hosts', '--identity-label=false'],
  docker: ['--no-cache', '--progress', 'plain'],
} as const;

/** `podman` and `docker` share their command line; the few differences are data. */
export function dockerCompatibleEngine(name: 'podman' | 'docker'): Engine {
  return {
    name,

    async inspect(reference: string): Promise<EngineImage | undefined> {
      const result = await runCommand(name, ['image', 'inspect', reference]);
      if (result.code !== 0) {
        if (/no such image|not known|not found|failed to find/i.test(result.stderr)) return undefined;
        throw new EngineError(`${name} image inspect ${reference} failed: ${lastLines(result.stderr)}`);
      }
      const [image] = inspection.parse(JSON.parse(result.stdout));
      const id = image.Id.startsWith('sha256:') ? image.Id : `sha256:${image.Id}`;
      return {
        digest: image.Digest != null && digestForm.test(image.Digest) ? image.Digest : id,
        contract: toContract(image.Config ?? {}, image.Architecture ?? ''),
        onBuild: image.Config?.OnBuild ?? [],
        format: image.ManifestType?.includes('oci') === true ? 'oci' : 'docker',
        size: image.Size,
        layers: (image.RootFS?.Layers ?? []).map((digest) => ({ digest })),
      };
    },

    async pull(reference: string): Promise<void> {
      await runChecked(name, ['pull', '--quiet', reference]);
    },

    async loadArchive(path: string, format: 'oci-archive' | 'docker-archive', reference: string): Promise<void> {
      if (name === 'podman') {
        const id = (await runChecked('podman', ['pull', '--quiet', `${format}:${path}`])).trim().split('\n').pop();
        await runChecked('podman', ['tag', id ?? '', reference]);
        return;
      }
      const output = await runChecked('docker', ['load', '--input', path]);
      const loaded = /Loaded image(?: ID)?: (?<reference>\S+)/.exec(output)?.groups?.['reference'];
      if (loaded === undefined)
        throw new EngineError(`docker load did not say which image ${path} holds: ${lastLines(output)}`);
      await runChecked('docker', ['tag', loaded, reference]);
    },

    async build({ context, tag, format, logFile, onLine }: EngineBuild): Promise<number> {
      const formatFlags = name === 'podman' ? ['--format', format] : [];
      const args = ['build', ...BUILD_FLAGS[name], ...formatFlags, '--tag', tag, context];
      return (await runCommand(name, args, { logFile, ...(onLine !== undefined && { onLine }) })).code;
    },

    async tag(source: string, target: string): Promise<void> {
      await runChecked(name, ['tag', source, target]);
    },

    async untag(reference: string): Promise<void> {
      // docker has no untag: rmi of a reference takes the tag, and the image where it was its last.
      await runCommand(name, name === 'podman' ? ['untag', reference, reference] : ['rmi', reference]);
    },

    async extract(reference: string, paths: readonly string[], destination: string): Promise<void> {
      const created = await runChecked(name, ['create', reference, '/golden-images-is-never-started']);
      const container = created.trim().split('\n').pop() ?? '';
      try {
        for (const path of paths) {
          const target = `${destination}/${path}`;
          await runChecked('mkdir', ['-p', '--', target.slice(0, target.lastIndexOf('/'))]);
          const copy = await runCommand(name, ['cp', `${container}:/${path}`, target]);
          if (copy.code !== 0 && !/no such file|could not find|not found|does not exist/i.test(copy.stderr))
            throw new EngineError(`${name} cp ${path} failed: ${lastLines(copy.stderr)}`);
        }
      } finally {
        await runCommand(name, ['rm', '--force', container]);
      }
    },
  };
}
