import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian package of a tool where it is not called like the tool. */
const PACKAGES: Readonly<Record<string, string>> = { sh: 'dash' };

/** How tools are had that no Debian package has. */
const OTHER_WAYS: ReadonlyMap<string, string> = new Map([['moto_server', "pip install 'moto[server]'"]]);

/** Tools that make root file systems, with the owners and device nodes of packages: only root can. */
const NEED_ROOT: ReadonlySet<string> = new Set(['mmdebstrap']);

/**
 * Registers a `describe` whose tests need tools of the machine. With all tools on PATH it is a plain `describe`. Else
 * it fails where REQUIRE_ALL_TESTS is `1`, and is skipped under a name that says what is missing everywhere else. A
 * suite that builds roots, which is one that needs `mmdebstrap`, is treated alike where this process is not root.
 * @param tools names of executables, as on PATH
 * @param fn registers the tests; it runs also where they are skipped, so it must not run the tools itself
 */
export function describeWithTools(tools: readonly string[], name: string, fn: () => void): void {
  const complaints = [...missingTools(tools), ...missingRoot(tools)];
  if (complaints.length === 0) {
    describe(name, fn);
    return;
  }
  const complaint = complaints.join('; ');
  if (process.env['REQUIRE_ALL_TESTS'] === '1') {
    describe(name, () => {
      test(complaint, () => {
        throw new Error(`REQUIRE_ALL_TESTS=1, but ${complaint}`);
      });
    });
    return;
  }
  describe.skip(`SKIPPED: ${complaint}: ${name}`, fn);
}

function missingTools(tools: readonly string[]): string[] {
  const missing = tools.filter((tool) => !isOnPath(tool));
  if (missing.length === 0) return [];
  const packages = missing.filter((tool) => !OTHER_WAYS.has(tool)).map(packageOf);
  const ways = [
    ...(packages.length > 0 ? [`apt-get install ${packages.join(' ')}`] : []),
    ...missing.map((tool) => OTHER_WAYS.get(tool)).filter((way) => way !== undefined),
  ];
  return [`${missing.join(', ')} not found (${ways.join('; ')})`];
}

function missingRoot(tools: readonly string[]): string[] {
  const needy = tools.filter((tool) => NEED_ROOT.has(tool));
  return needy.length === 0 || process.getuid?.() === 0 ? [] : [`not root, as ${needy.join(', ')} must be`];
}

/** True where an executable file of that name is in a directory of PATH. */
export function isOnPath(tool: string): boolean {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.some((directory) => isExecutable(join(directory, tool)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function packageOf(tool: string): string {
  return PACKAGES[tool] ?? tool;
}
