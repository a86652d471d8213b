import { isDockerHub, parseImageReference } from '../../domain/config/image-reference';

/** Docker official images whose configuration names no user, so that they run as root (docker-library/official-images). */
const OFFICIAL = [
  ...[
    'debian',
    'ubuntu',
    'alpine',
    'amazonlinux',
    'fedora',
    'rockylinux',
    'almalinux',
    'oraclelinux',
    'archlinux',
    'busybox',
  ],
  ...['photon', 'buildpack-deps', 'gcc', 'golang', 'python', 'node', 'ruby', 'php', 'perl', 'rust'],
  ...['eclipse-temurin', 'amazoncorretto', 'nginx', 'httpd'],
];
/** Other images of distributions that run as root, by the end of their path: a pull through cache puts something before it. */
const DISTRIBUTIONS: readonly RegExp[] = [
  /^amazonlinux\/amazonlinux$/,
  /^amazonlinux$/,
  /^(?:ubi\d+|ubi\d+-(?:minimal|micro|init))$/,
  /^ubi\d+\/ubi(?:-minimal|-micro|-init)?$/,
  /^bci\/bci-(?:base|minimal|micro)$/,
  /^suse\/sl[e\d][\w.-]*$/,
  /^opensuse\/(?:leap|tumbleweed)$/,
  /^(?:rockylinux\/rockylinux|almalinux\/[\d]+-(?:base|minimal)|fedora\/fedora(?:-minimal)?)$/,
];

/**
 * True where a parent is known to run as root. Of others the user cannot be known before a build, and a Dockerfile that has
 * been root for the patch has to name it.
 */
export function isRootParent(reference: string): boolean {
  const parsed = parseImageReference(reference);
  if (parsed === undefined) return false;
  const parts = parsed.repository.split('/');
  const [name = '', above] = [parts.at(-1), parts.at(-2)];
  const isOfficial = above === 'library' || (isDockerHub(parsed) && parts.length === 1);
  if (isOfficial && OFFICIAL.includes(name)) return true;
  const ends = [name, parts.slice(-2).join('/')];
  return DISTRIBUTIONS.some((pattern) => ends.some((end) => pattern.test(end)));
}
