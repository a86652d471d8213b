import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toEstate } from '../../../domain/config/golden-image';
import { parseConfig } from '../../../domain/config/parse-config';
import { loadEstateFile } from '../../../functions/shared/estate-file';

const YAML = `
version: 1
policy: { minimumSeverity: MEDIUM }
images:
  - { name: debian-12, repository: golden/debian-12, parent: debian:12-slim, policy: { mode: approve } }
  - { name: alpine-3.20, repository: golden/alpine, parent: alpine:3.20, architecture: arm64 }
exceptions:
  - { vulnerability: CVE-2023-4039, justification: Only arm64 is affected., expires: 2027-06-30 }
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'golden-images-estate-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function file(text: string): string {
  const path = join(directory, 'golden-images.json');
  writeFileSync(path, text);
  return path;
}

const image = (name: string, repository: string): unknown => ({ name, repository, parent: 'debian:12' });

describe('the estate of the Lambdas', () => {
  it('is that of golden-images.yaml', () => {
    const config = parseConfig(YAML, 'golden-images.yaml');
    expect(loadEstateFile(file(JSON.stringify(config)))).toEqual(toEstate(config));
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', 'version: 1', /JSON/],
    ['no image', '{"version":1,"images":[]}', /images: declares no image/],
    ['an unknown key', '{"version":1,"images":[],"imagse":[]}', /imagse/],
    ['another version', '{"version":2}', /version: /],
    [
      'a repository twice',
      JSON.stringify({ version: 1, images: [image('a', 'golden/x'), image('b', 'golden/x')] }),
      /the same name or repository/,
    ],
    [
      'a name twice',
      JSON.stringify({ version: 1, images: [image('a', 'golden/x'), image('a', 'golden/y')] }),
      /the same name or repository/,
    ],
  ])('with %s is refused when the function starts', (_what, text, why) => {
    const path = file(text);
    expect(() => loadEstateFile(path)).toThrow(why);
    expect(() => loadEstateFile(path)).toThrow(`the golden images cannot be loaded from ${path}: `);
  });

  it('that is not there is refused when the function starts', () => {
    expect(() => loadEstateFile(join(directory, 'none.json'))).toThrow(/ENOENT/);
  });
});
