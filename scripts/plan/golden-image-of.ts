import type { PlanDocument, ResourceChange } from './plan-document';

/** Construct ids below an image's own (stacks/images-stack/golden-image-resources.ts), as they stand in addresses. */
const OF_AN_IMAGE = /\.image-(?<slug>.+?)_(?:repository|signal|build-role|pipeline)(?:_|$)/;

/**
 * Which golden image a resource belongs to. Addresses have an image's name without its dots; its signal's parameter has
 * the whole name, and is in every plan, also where it does not change.
 * @returns a function from a resource's address to the image's name; undefined: the resource is no single image's
 */
export function goldenImages(plan: PlanDocument): (address: string) => string | undefined {
  const names = new Map<string, string>();
  for (const resource of [...(plan.resource_changes ?? []), ...(plan.resource_drift ?? [])]) {
    const slug = slugOf(resource.address);
    const name = resource.type === 'aws_ssm_parameter' ? signalled(resource) : undefined;
    if (slug !== undefined && name !== undefined) names.set(slug, name);
  }
  return (address) => {
    const slug = slugOf(address);
    return slug === undefined ? undefined : (names.get(slug) ?? slug);
  };
}

function slugOf(address: string): string | undefined {
  return OF_AN_IMAGE.exec(address)?.groups?.['slug'];
}

/** The image in `/<namespace>/<environment>/signals/<image>`, as stacks/settings/image-settings.ts encodes it. */
function signalled({ change }: ResourceChange): string | undefined {
  const name = change.after?.['name'] ?? change.before?.['name'];
  if (typeof name !== 'string') return undefined;
  return /\/signals\/(?<image>[^/]+)$/.exec(name)?.groups?.['image']?.replaceAll('_5F', '_');
}
