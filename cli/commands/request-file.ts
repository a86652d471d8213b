import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ecosystemOf } from '../../domain/ecosystems';
import type { Ecosystem } from '../../domain/ecosystems/ecosystem';
import { ECOSYSTEM_IDS } from '../../domain/ecosystems/ecosystem';
import { BadInputError } from '../../domain/errors';
import { withoutZeroEpoch } from '../../domain/versions/epoch';
import { parseModuleStream } from '../../domain/vetting/module-stream';
import { userPath } from '../user-path';

const text = z.string().min(1).max(256);
const requestSchema = z.strictObject({
  ecosystem: z.enum(ECOSYSTEM_IDS),
  platform: text.optional(),
  releasever: text.optional(),
  removable: z.array(text).max(100).optional(),
  companions: z.array(text).max(1000).optional(),
  moduleStreams: z.array(text).max(100).optional(),
  targets: z
    .array(
      z.strictObject({
        package: text,
        floor: text,
        installed: text.optional(),
        source: text.optional(),
        binaries: z.array(text).max(1000).optional(),
        replacements: z.array(text).max(10).optional(),
        vulnerabilities: z.array(text).max(10_000).optional(),
      }),
    )
    .min(1)
    .max(1000),
});

/** What `--help` says of a request. */
export const REQUEST_HELP = `
A request is a JSON object:
  ecosystem      apt, apk, dnf, yum, microdnf or zypper
  platform       optional, e.g. DEBIAN_12
  targets        [{package, floor, installed?, source?, binaries?, replacements?, vulnerabilities?}]
                 floor: the lowest version that will do; with apt the source package's
                 replacements: names that the package may go by now, e.g. libssl3t64
  removable      packages that may be removed
  companions     packages that may be upgraded beside the targets
  moduleStreams  streams that may be enabled, e.g. nodejs:20
  releasever     Amazon Linux 2023: the release that the configuration fixed`;

/** A request of `vet` and `script`: a plan without an image. */
export interface PatchRequestFile {
  readonly ecosystem: Ecosystem;
  /** Release that the configuration fixed. */
  readonly releasever?: string;
  readonly removable: readonly string[];
  readonly companions: readonly string[];
  /** As `name:stream`. */
  readonly moduleStreams: readonly string[];
  readonly targets: readonly {
    readonly package: string;
    readonly floor: string;
    readonly installed?: string;
    readonly source?: string;
    readonly binaries?: readonly string[];
    readonly replacements?: readonly string[];
  }[];
}

/**
 * Reads the file of `--request`.
 * @throws BadInputError that names the file, the JSON path and what is wrong
 */
export async function readRequest(file: string): Promise<PatchRequestFile> {
  const body = await readFile(userPath(file), 'utf8').catch((error: unknown) => {
    throw new BadInputError(`--request ${file} cannot be read`, {
      hint: error instanceof Error ? error.message : 'check the path',
      cause: error,
    });
  });
  const parsed = requestSchema.safeParse(parseJson(file, body));
  if (!parsed.success)
    throw new BadInputError(
      parsed.error.issues
        .map((issue) => `${file}: ${issue.path.map(String).join('.') || 'request'}: ${issue.message}`)
        .join('\n'),
      { hint: 'a request is {"ecosystem", "platform", "targets": [{"package", "floor", "installed"?}]}' },
    );
  const ecosystem = ecosystemOf(parsed.data.ecosystem);
  if (ecosystem === undefined)
    throw new BadInputError(`${file}: ecosystem: ${parsed.data.ecosystem} cannot be patched yet`);
  const { releasever, removable = [], companions = [], moduleStreams = [], targets } = parsed.data;
  targets.forEach((target, index) => {
    checkTarget(file, ecosystem, target, `targets.${index}`);
  });
  const bad = companions.find((name) => !ecosystem.isPackageName(name));
  if (bad !== undefined)
    throw new BadInputError(
      `${file}: companions: ${JSON.stringify(bad)} is not a package name of ${ecosystem.displayName}`,
    );
  const badStream = moduleStreams.find((name) => parseModuleStream(name) === undefined);
  if (badStream !== undefined)
    throw new BadInputError(`${file}: moduleStreams: ${JSON.stringify(badStream)} is not a stream such as nodejs:20`);
  return {
    ecosystem,
    removable,
    companions,
    moduleStreams,
    ...(releasever !== undefined && { releasever }),
    targets: targets.map(({ package: name, floor, installed, source, binaries, replacements }) => ({
      package: name,
      floor: withoutZeroEpoch(floor),
      ...(installed !== undefined && { installed: withoutZeroEpoch(installed) }),
      ...(source !== undefined && { source }),
      ...(binaries !== undefined && { binaries }),
      ...(replacements !== undefined && { replacements }),
    })),
  };
}

function checkTarget(
  file: string,
  ecosystem: Ecosystem,
  target: {
    package: string;
    floor: string;
    installed?: string | undefined;
    source?: string | undefined;
    binaries?: string[] | undefined;
    replacements?: string[] | undefined;
  },
  at: string,
): void {
  const fail = (key: string, value: string, what: string): never => {
    throw new BadInputError(
      `${file}: ${at}.${key}: ${JSON.stringify(value)} is not a ${what} of ${ecosystem.displayName}`,
    );
  };
  for (const [key, name] of [
    ['package', target.package],
    ['source', target.source],
    ...(target.binaries ?? []).map((binary) => ['binaries', binary] as const),
    ...(target.replacements ?? []).map((name) => ['replacements', name] as const),
  ] as const)
    if (name !== undefined && !ecosystem.isPackageName(name)) fail(key, name, 'package name');
  if (!ecosystem.isVersion(withoutZeroEpoch(target.floor))) fail('floor', target.floor, 'version');
  if (target.installed !== undefined && !ecosystem.isVersion(withoutZeroEpoch(target.installed)))
    fail('installed', target.installed, 'version');
}

function parseJson(file: string, body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw new BadInputError(`${file} is not JSON: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}
