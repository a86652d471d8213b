import type { PatchRequest, RequestedTarget } from '../domain/author/patch-request';
import { requireEcosystem } from '../domain/ecosystems';
import { compareVersions } from '../domain/versions';
import type { VettingContext, VettingTarget } from '../domain/vetting/operations';

/**
 * What the answers to a request are judged against. In production context and request are both made from the plan; the
 * corpus keeps the request alone, which says all of it.
 */
export function contextOf({ ecosystem, targets, allowed }: PatchRequest): VettingContext {
  const { versionOrder } = requireEcosystem(ecosystem);
  const { replacements = {}, ...rest } = allowed;
  return {
    ...rest,
    targets: targets.map((target): VettingTarget => {
      const [lowest] = (target.installed ?? [])
        .map(({ version }) => version)
        .sort((left, right) => compareVersions(versionOrder, left, right));
      const binaries = namesOf(target).filter((one) => one !== target.package);
      const renamed = Object.hasOwn(replacements, target.package) ? replacements[target.package] : undefined;
      return {
        package: target.package,
        floor: target.floor,
        ...(lowest !== undefined && { installed: lowest }),
        ...(binaries.length > 0 && { binaries }),
        ...(renamed !== undefined && { replacements: renamed }),
      };
    }),
  };
}

/** Names that a target has of its own: as it is planned, its source's, its installed binaries'. */
export function namesOf({ package: name, source, installed = [] }: RequestedTarget): string[] {
  return [...new Set([name, ...(source === undefined ? [] : [source]), ...installed.map((one) => one.package)])];
}
