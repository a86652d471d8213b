import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder that holds Terraform providers unpacked, where the registry is out of reach. */
export interface ProviderMirror {
  /** Folder with `registry.terraform.io/` in it. */
  readonly root: string;
  /** Newest version of hashicorp/aws in it. */
  readonly version: string;
}

const PROVIDER = 'registry.terraform.io/hashicorp/aws';
/** Where providers are usually put (Terraform, "Implied Local Mirror Directories"), and where machines keep extras. */
const PLACES = [
  join(homedir(), '.terraform.d/plugins'),
  join(homedir(), '.local/share/terraform/plugins'),
  '/usr/local/share/terraform/plugins',
  '/usr/share/terraform/plugins',
];
const PARENTS = ['/opt', '/srv', '/usr/local/share', '/usr/local/lib'];

/** Finds a mirror with the AWS provider on this machine; `TERRAFORM_PROVIDER_MIRROR` names one. */
export function findProviderMirror(): ProviderMirror | undefined {
  const named = process.env['TERRAFORM_PROVIDER_MIRROR'];
  const places = named === undefined ? [...PLACES, ...PARENTS.flatMap(foldersOf)] : [named];
  const found = places.flatMap((root) =>
    foldersOf(join(root, PROVIDER)).map((path) => ({ root, version: path.split('/').at(-1) ?? '' })),
  );
  return found.sort((left, right) => compareVersions(left.version, right.version)).at(-1);
}

/** Writes a CLI configuration that takes providers from the mirror. @returns its path, for `TF_CLI_CONFIG_FILE` */
export function writeCliConfig({ root }: ProviderMirror, directory: string): string {
  const file = join(directory, 'terraform.tfrc');
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    file,
    `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(root)}
    include = ["registry.terraform.io/hashicorp/*"]
  }
  direct {
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }
}
`,
  );
  return file;
}

function foldersOf(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(directory, name));
  } catch {
    return []; // not there
  }
}

function compareVersions(left: string, right: string): number {
  const parts = (text: string): number[] => text.split('.').map(Number);
  const [a, b] = [parts(left), parts(right)];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
