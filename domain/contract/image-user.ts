/**
 * What USER of an image may be: a user or uid, and a group or gid (OCI image-spec, config.md). Nothing else may be written
 * into a Dockerfile: a line feed there would start an instruction, a dollar sign would be expanded.
 */
export const IMAGE_USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$/;

/** True where the user is root, or none is said (OCI image-spec: then the platform's default, root). */
export function isRootUser(user: string): boolean {
  return ['', 'root', '0', '0:0', 'root:root', 'root:0', '0:root'].includes(user);
}
