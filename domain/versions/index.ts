/** Names of the version orders. */
export type VersionOrder = 'deb' | 'rpm' | 'apk';
