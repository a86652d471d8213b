import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InspectorFindingEvent } from '../../../demo/inspector-events';
import { toJsonLines } from '../../../demo/inspector-events';
import { type CliOptions, type CliRun, runCli } from './cli';
import type { Report, ReportedImage } from './report';
import { imageIdsOf, imagesOf, removeRepository } from './store';

/** Tools without which nothing here can be shown. */
export const TOOLS: readonly string[] = ['buildah', 'mmdebstrap', 'dpkg', 'dpkg-deb', 'dpkg-scanpackages', 'tar'];

/** A run of `patch --json`. */
export interface PatchRun extends CliRun {
  readonly report: Report;
  /** The one image that the run was about. */
  readonly image: ReportedImage;
}

/** A test's own repository, state directory and files; nothing in it meets another test's. */
export interface Workspace {
  /** Absolute path of an own directory. */
  readonly directory: string;
  /** Repository that the findings are to be about. */
  readonly repository: string;
  /** Reference that promotion moves. */
  readonly stable: string;
  /** State directory, as given to `--state`. */
  readonly state: string;
  /** Writes a findings file. @returns its path */
  findings(events: readonly InspectorFindingEvent[]): Promise<string>;
  /** Writes a file. @returns its path */
  file(name: string, content: string | Buffer): Promise<string>;
  /** Writes a configuration that declares the repository. @param more further keys on top @returns its path */
  config(
    policy: Readonly<Record<string, unknown>>,
    contract?: Readonly<Record<string, unknown>>,
    more?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
  /** Runs `patch --json` about one image and reads its report. */
  patch(args: readonly string[], options?: CliOptions): Promise<PatchRun>;
  /** Names of the images that the store has of this repository. */
  images(): Promise<string[]>;
  /** How many builds were begun, by their logs. */
  builds(): Promise<number>;
}

/** Gives a test a workspace and cleans up after it, whatever happens. */
export async function withWorkspace(use: (workspace: Workspace) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-e2e-'));
  const repository = uniqueRepository();
  const state = join(directory, 'state');
  const ids = new Set<string>();
  let files = 0;
  const file: Workspace['file'] = async (name, content) => {
    const path = join(directory, `${String(++files)}-${name}`);
    await writeFile(path, content);
    return path;
  };
  try {
    await use({
      directory,
      repository,
      stable: `localhost/${repository}:stable`,
      state,
      file,
      findings: async (events) => await file('findings.jsonl', toJsonLines(events)),
      config: async (policy, contract = {}, more = {}) => {
        // JSON is YAML.
        const image = { name: repository.replaceAll('/', '-'), repository, parent: 'localhost/not-there:none' };
        return await file(
          'golden-images.yaml',
          JSON.stringify({ version: 1, images: [{ ...image, policy, contract }], ...more }),
        );
      },
      patch: async (args, options) => {
        const ran = await patch(['--state', state, ...args], options);
        for (const id of await imageIdsOf(repository)) ids.add(id);
        return ran;
      },
      images: async () => await imagesOf(repository),
      builds: async () => (await readdir(join(state, 'builds')).catch(() => [])).length,
    });
  } finally {
    await removeRepository(repository, ids);
    await rm(directory, { recursive: true, force: true });
  }
}

/** A repository name that no other test has. */
export function uniqueRepository(): string {
  return `e2e-${randomBytes(5).toString('hex')}/forged`;
}

/** The text of a file below a directory, or undefined where there is none. */
export async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}

async function patch(args: readonly string[], options?: CliOptions): Promise<PatchRun> {
  const ran = await runCli(['patch', '--json', ...args], options);
  let report: Report;
  try {
    report = JSON.parse(ran.stdout) as Report;
  } catch (cause) {
    throw new Error(`patch printed no report (exit code ${String(ran.code)}):\n${ran.stdout}\n${ran.stderr}`, {
      cause,
    });
  }
  const [image, ...others] = Object.values(report.images);
  if (image === undefined || others.length > 0) throw new Error(`the report is not about one image:\n${ran.stdout}`);
  return { ...ran, report, image };
}
