import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ecosystemOf } from '../../domain/ecosystems';
import type { Ecosystem } from '../../domain/ecosystems/ecosystem';
import { ECOSYSTEM_IDS } from '../../domain/ecosystems/ecosystem';
import { BadInputError } from '../../domain/errors';
import { withoutZeroEpoch } from '../../domain/versions/epoch';
import { userPath } from '../user-path';

const text = z.string().min(1).max(256);
const requestSchema = z.strictObject({
  ecosystem: z.enum(ECOSYSTEM_IDS),
  platform: text.optional(),
  releasever: text.optional(),
  removable: z.array(text).max(100).optional(),
  targets: z
    .array(
      z.strictObject({
        package: text,
        floor: text,
        installed: text.optional(),
        source: text.optional(),
        binaries: z.array(text).max(1000).optional(),
        vulnerabilities: z.array(text).max(10_000).optional(),
      }),
    )
    .min(1)
    .max(1000),
});

/** A request of `vet` and `script`: a plan without an image. */
export interface PatchRequestFile {
  readonly ecosystem: Ecosystem;
  readonly releasever?: string;
  readonly removable: readonly string[];
  readonly targets: readonly {
    readonly package: string;
    readonly floor: string;
    readonly installed?: string;
    readonly source?: string;
    readonly binaries?: readonly string[];
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
  const { releasever, removable = [], targets } = parsed.data;
  targets.forEach((target, index) => {
    checkTarget(file, ecosystem, target, `targets.${index}`);
  });
  return {
    ecosystem,
    removable,
    ...(releasever !== undefined && { releasever }),
    targets: targets.map(({ package: name, floor, installed, source, binaries }) => ({
      package: name,
      floor: withoutZeroEpoch(floor),
      ...(installed !== undefined && { installed: withoutZeroEpoch(installed) }),
      ...(source !== undefined && { source }),
      ...(binaries !== undefined && { binaries }),
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
