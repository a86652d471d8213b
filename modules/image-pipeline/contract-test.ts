import { quote } from '../../domain/script/quote';
import { bash, componentDocument } from './component-document';
import { FETCHED_SCRIPT } from './dockerfile';

/** What an image's contract says, as far as a running container can tell. */
export interface ContractTestProps {
  /** USER, a name or a number, maybe with a group. @default root */
  readonly user?: string;
  /** @default / */
  readonly workdir?: string;
}

/**
 * Document of the component that tests the built image: its user and directory are there, its shell works, and nothing of
 * the build was left in it. The proof proper is track-build's, from outside.
 */
export function contractTestDocument({ user = 'root', workdir = '/' }: ContractTestProps): string {
  return componentDocument({
    name: 'golden-images-contract',
    description: "Checks what the image's contract says of a running container.",
    phase: 'test',
    steps: [bash('Contract', contractScript(user, workdir))],
  });
}

function contractScript(user: string, workdir: string): string {
  const [name = 'root'] = user.split(':');
  const isNumber = /^\d+$/.test(name);
  return `set -u
fail() {
  printf 'golden-images: contract: %s\\n' "$1" >&2
  exit 1
}
[ -d ${quote(workdir)} ] || fail ${quote(`there is no directory ${workdir}`)}
${isNumber ? '' : `grep -q ${quote(`^${name.replaceAll('.', String.raw`\.`)}:`)} /etc/passwd || fail ${quote(`there is no user ${name}`)}\n`}/bin/sh -c : || fail 'the shell does not run'
for file in ${FETCHED_SCRIPT} /golden-images-patch.sh; do
  [ ! -e "$file" ] || fail "$file was left behind"
done
`;
}
