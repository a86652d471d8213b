import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked } from '../adapters/local/run-command';
import { EngineError } from '../domain/errors';
import { aptReachOptions, debianArchives, formatSource } from './apt-sources';
import { cached, forgeCacheDir } from './cache';

/**
 * Packages of the vulnerable base: small ones with pending security updates, among them sources with several installed
 * binaries (perl 4; apt, brotli, cyrus-sasl2, expat, jq, libpng1.6, openssl, python3.11 and xz-utils 2 each), a binary
 * rebuild whose version is not its source's (brotli `+b6`), and kernel headers (linux-libc-dev).
 */
export const VULNERABLE_PACKAGES = [
  'openssl',
  'curl',
  'perl',
  'ca-certificates',
  'python3-minimal',
  'linux-libc-dev',
  'xz-utils',
  'libexpat1',
  'expat',
  'rsync',
  'jq',
  'unzip',
  'zip',
  'libarchive13',
  'brotli',
  'libssh-4',
  'libevent-2.1-7',
  'libpng-tools',
  'libaprutil1',
  'libsasl2-modules-db',
] as const;

/** What goes into a base. */
export interface BaseOptions {
  /** Debian's code name. @default bookworm */
  readonly suite?: string;
  /** mmdebstrap's variant: `minbase` is what Debian's own images are. @default minbase */
  readonly variant?: 'minbase' | 'apt' | 'essential';
  /** Packages on top of the variant's. @default VULNERABLE_PACKAGES */
  readonly packages?: readonly string[];
  /** @default forgeCacheDir() */
  readonly cacheDir?: string;
}

/** Documentation and translations, which Debian's slim images leave out too. */
const EXCLUDED = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*'];

/** Raise it when what is made from the same options changes. */
const FORMAT = 2;

/**
 * Makes a Debian base as it was at its last point release, without the security updates since: real packages that are
 * really vulnerable. The root's own `sources.list` then names the main and the security archive, as this machine
 * reaches them, so that a patch build inside finds the updates. Takes about 30 s as root; cached after that.
 * @returns absolute path of the root file system's tar, in the cache: read it, never change it
 * @throws EngineError where this process is not root, mmdebstrap is missing or fails, or apt here knows no Debian archive
 */
export async function makeBase(options: BaseOptions = {}): Promise<string> {
  const { suite = 'bookworm', variant = 'minbase', packages = VULNERABLE_PACKAGES } = options;
  if (process.getuid?.() !== 0) {
    throw new EngineError('a base can only be made by root', {
      hint: 'run it as root: packages are unpacked and configured',
    });
  }
  const { main, security } = await debianArchives(suite);
  const reach = await aptReachOptions();
  const inputs = JSON.stringify({ FORMAT, suite, variant, packages: [...packages].sort(), main, security, reach });
  const key = `base-${suite}-${variant}-${createHash('sha256').update(inputs).digest('hex').slice(0, 12)}`;
  const directory = await cached(options.cacheDir ?? forgeCacheDir(), key, async (scratch) => {
    const sources = join(scratch, 'sources.list');
    await writeFile(sources, `${formatSource(main)}\n${formatSource(security)}\n`);
    const tar = join(scratch, 'rootfs.tar');
    await runChecked(
      'mmdebstrap',
      [
        `--variant=${variant}`,
        ...(packages.length === 0 ? [] : [`--include=${packages.join(',')}`]),
        ...EXCLUDED.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
        '--dpkgopt=path-include=/usr/share/doc/*/copyright',
        ...reach.map((option) => `--aptopt=${option}`),
        // Container engines make their own device nodes; the directory itself is put back below.
        '--skip=output/dev',
        `--customize-hook=upload ${JSON.stringify(sources)} /etc/apt/sources.list`,
        suite,
        tar,
        formatSource(main),
      ],
      { env: { LC_ALL: 'C' } },
    );
    const empty = join(scratch, 'empty');
    await mkdir(join(empty, 'dev'), { recursive: true, mode: 0o755 });
    await runChecked('tar', ['-rf', tar, '--numeric-owner', '--owner=0', '--group=0', '-C', empty, './dev']);
    await rm(empty, { recursive: true });
  });
  return join(directory, 'rootfs.tar');
}
