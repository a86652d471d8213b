import { z } from 'zod';
import type { PatchRequest } from '../domain/author/patch-request';
import type { EcosystemId } from '../domain/ecosystems/ecosystem';

const name = z.string().min(1).max(256);
const names = z.array(name).min(1);
/** A regular expression that a whole text must match. */
const pattern = z.string().refine(isPattern, 'is not a regular expression');

const requestedTarget = z.strictObject({
  package: name,
  source: name.exactOptional(),
  floor: name,
  action: z.enum(['upgrade', 'remove']).default('upgrade'),
  vulnerabilities: z.array(name).min(1),
  installed: z
    .array(z.strictObject({ package: name, version: name }))
    .min(1)
    .exactOptional(),
});

/** What the author is asked; image and ecosystem follow from the case. */
const request = z.strictObject({
  platform: name.exactOptional(),
  architecture: z.enum(['amd64', 'arm64']).default('amd64'),
  targets: z.array(requestedTarget).min(1),
  allowed: z
    .strictObject({
      removable: names.exactOptional(),
      companions: names.exactOptional(),
      moduleStreams: names.exactOptional(),
      releasever: name.exactOptional(),
      replacements: z.record(name, names).exactOptional(),
    })
    .default({}),
  packages: z.array(name).min(1).exactOptional(),
  packagesOmitted: z.number().int().positive().exactOptional(),
  attempt: z.number().int().min(1).max(3).default(1),
  failed: z
    .strictObject({
      attempt: z.number().int().min(1),
      author: z.enum(['rules', 'bedrock']),
      reason: name,
      log: z.string().min(1).max(4_096),
    })
    .exactOptional(),
  findingText: z
    .array(z.strictObject({ vulnerability: name, text: z.string().min(1) }))
    .min(1)
    .exactOptional(),
});

/** What a right answer achieves. */
const must = z.strictObject({
  /** Packages to upgrade. A target counts by its name, its source's, a replacement's, or by all its installed binaries. */
  upgrades: names.exactOptional(),
  /** Targets to upgrade or to remove. */
  settles: names.exactOptional(),
  removes: names.exactOptional(),
  /** Streams to enable or to switch to before the first upgrade, as `name:stream`. */
  enables: names.exactOptional(),
  /** Modules to reset, or to switch, before another stream of them is enabled. */
  resets: names.exactOptional(),
  /** Every upgrade takes packages from a release that matches. */
  releasever: pattern.exactOptional(),
  /** Targets to call not fixable. */
  notFixable: names.exactOptional(),
});

/** What no right answer does. */
const mustNot = z.strictObject({
  upgrades: names.exactOptional(),
  removes: names.exactOptional(),
  /** Packages that must be named without a version; `*` for all. */
  versions: names.exactOptional(),
  /** Modules, or streams of them, that must be left alone. */
  modules: names.exactOptional(),
  /** Releases that match must not be named. */
  releasever: pattern.exactOptional(),
  /** Targets that must not be called not fixable. */
  notFixable: names.exactOptional(),
});

const answer = {
  commands: z.array(z.string().min(1)),
  notFixable: z.array(name).default([]),
};

/** One case of the corpus. */
export const caseFormat = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, 'is not an id in lower case with dashes')
    .max(64),
  title: z.string().min(10).max(160),
  source: z.union([
    /** A file of real findings in this repository, and what of it the case is about. */
    z.strictObject({ findings: z.string().startsWith('__tests__/fixtures/'), packages: names }),
    /** A package manager's or distribution's document, and the rule in it. */
    z.strictObject({ document: z.url({ protocol: /^https$/ }), rule: z.string().min(20) }),
  ]),
  request,
  must,
  mustNot: mustNot.default({}),
  /** Faults that the rules author's answer has here; empty where it is right. */
  rules: z.array(z.string().min(1)).default([]),
  /** Answers that show that the case can tell right from wrong. */
  examples: z.strictObject({
    right: z.array(z.strictObject(answer)).min(1),
    /** `fault`: one of those that the answer has. */
    wrong: z.array(z.strictObject({ ...answer, fault: z.string().min(1) })).min(1),
  }),
});

/** A file of cases of one ecosystem; its name is the ecosystem's id. */
export const caseFileFormat = z.strictObject({ cases: z.array(caseFormat).min(1) });

/** One case of the corpus, with the ecosystem that its file is named after. */
export type EvaluationCase = z.output<typeof caseFormat> & { readonly ecosystem: EcosystemId };

/** The request of a case, as an author gets it; the image is named after the case. */
export function requestOf({ id, ecosystem, request }: EvaluationCase): PatchRequest {
  return { image: id, ecosystem, ...request };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}
