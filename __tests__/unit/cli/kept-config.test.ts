import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, EXIT_CODE_HELP } from '../../../cli/exit-codes';
import { reportError } from '../../../cli/output/report-error';
import { buildProgram } from '../../../cli/program';
import { inspectorEvent } from '../finding/inspector-sample';

const CONFIG = `version: 1
images:
  - { name: debian-12, repository: golden/debian-12, parent: "debian:12", platform: DEBIAN_12, floatingTag: gold, policy: { mode: observe, minimumEpss: 0.7, removable: [linux-libc-dev] } }
exceptions:
  - { vulnerability: CVE-2024-0001, owner: team, justification: nobody converts to that charset, expires: 2099-12-31 }
`;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cli-kept-'));
  jest.spyOn(process, 'cwd').mockReturnValue(directory);
  writeFileSync(join(directory, 'mine.yaml'), CONFIG);
  writeFileSync(join(directory, 'events.json'), JSON.stringify(inspectorEvent()));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(directory, { recursive: true });
});

/** What the process would end with. */
const exitCode = (): number => Number(process.exitCode ?? 0);

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((said.out += String(text))));
  const err = jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((said.err += String(text))));
  process.exitCode = undefined;
  try {
    await buildProgram().parseAsync(['node', 'golden-images', ...args]);
    return { code: exitCode(), ...said };
  } catch (error) {
    return { code: reportError(error, false), ...said };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
const patch = async (...args: string[]): ReturnType<typeof run> =>
  await run('patch', '--findings', 'events.json', '--engine', 'none', '--state', 's', ...args);
const SAID = /configuration: s\/kept-config\.yaml, kept from the last run with --config \(sha256 [0-9a-f]{12}\)/;

describe('a state directory whose configuration was named', () => {
  it('keeps its bytes, and commands without --config judge by them and say so', async () => {
    await patch('--config', 'mine.yaml');
    expect(readFileSync(join(directory, 's/kept-config.yaml'), 'utf8')).toBe(CONFIG);
    // What was named may be gone, and what lies in the working directory is nobody's.
    rmSync(join(directory, 'mine.yaml'));
    writeFileSync(join(directory, 'golden-images.yaml'), 'version: 1\nimages: []\n');

    const vex = await run('vex', '--image', 'debian-12', '--state', 's');
    expect(vex.err).toMatch(SAID);
    const [statement] = (
      JSON.parse(vex.out) as { statements: { action_statement: string; products: { '@id': string }[] }[] }
    ).statements;
    expect(statement?.action_statement).toContain('Risk accepted by team until 2099-12-31');
    expect(statement?.products[0]?.['@id']).toMatch(/^pkg:oci\/debian-12@.*arch=amd64/);
    const explained = await run('explain', 'CVE-2024-0001', '--state', 's');
    expect(explained.out).toContain('or on EPSS 0.7 or more');
    expect((await run('doctor', '--state', 's')).out).toContain('configuration s/kept-config.yaml: it is valid');
  });

  it('has it replaced by a command that writes and names another, and not by one that looks', async () => {
    await patch('--config', 'mine.yaml');
    writeFileSync(join(directory, 'new.yaml'), CONFIG.replace('0.7', '0.8'));
    await run('status', '--state', 's', '--config', 'new.yaml');
    expect(readFileSync(join(directory, 's/kept-config.yaml'), 'utf8')).toBe(CONFIG);
    const named = ['--image', 'debian-12', '--state', 's', '--config', 'new.yaml'];
    expect((await run('rebuild', '--reason', 'x', ...named)).code).toBe(0);
    expect(readFileSync(join(directory, 's/kept-config.yaml'), 'utf8')).toContain('0.8');
  });

  it('knows also the images of a later run that named none, which is warned', async () => {
    await patch('--config', 'mine.yaml');
    const later = await patch();
    expect(later.err).toContain('warning: this state was made with a configuration (s/kept-config.yaml)');
    const { images } = JSON.parse((await run('status', '--state', 's', '--json')).out) as { images: object };
    expect(Object.keys(images)).toEqual(['debian-12', 'golden/debian-12']);
  });

  it('is not passed over where it cannot be read', async () => {
    await patch('--config', 'mine.yaml');
    rmSync(join(directory, 's/kept-config.yaml'));
    mkdirSync(join(directory, 's/kept-config.yaml'));
    const { code, err } = await run('status', '--state', 's');
    expect([code, err]).toEqual([2, expect.stringMatching(/cannot read .*kept-config\.yaml: it is a directory/)]);
    expect((await run('status', '--state', 'mine.yaml')).err).toContain('there is no state of an earlier run');
  });

  it('is not there where none was named: nothing is said, and no risk is called expired', async () => {
    await patch();
    const { err, out } = await run('status', '--state', 's', '--json');
    expect([err, Object.keys((JSON.parse(out) as { images: object }).images)]).toEqual(['', ['golden/debian-12']]);
  });
});

describe('explain', () => {
  it('says that the image is what is not known', async () => {
    await patch('--config', 'mine.yaml');
    const { code, err } = await run('explain', 'CVE-2024-0001', '--image', 'nope', '--state', 's');
    expect([code, err]).toEqual([2, expect.stringContaining('there is no golden image nope')]);
    expect(err).toContain('there are: debian-12');
    expect((await run('explain', 'CVE-1', '--state', 's')).err).not.toContain('replay');
  });
});

describe('findings that no declared image is for', () => {
  const other = 'version: 1\nimages:\n  - { name: a, repository: golden/a, parent: "debian:12" }\n';
  const told = 'about golden/debian-12, which other.yaml does not declare (it declares golden/a)';

  it('end with 2 where there are no others, and are named', async () => {
    writeFileSync(join(directory, 'other.yaml'), other);
    const { code, err, out } = await patch('--config', 'other.yaml', '--json');
    expect([code, err]).toEqual([2, expect.stringContaining(`warning: the only finding is ${told}`)]);
    expect(JSON.parse(out)).toMatchObject({
      findings: 1,
      undeclared: { 'golden/debian-12': 1 },
      ignored: { unattributed: 1 },
    });
  });

  it('are warned of where there are others', async () => {
    writeFileSync(join(directory, 'other.yaml'), other);
    const event = JSON.stringify(inspectorEvent());
    writeFileSync(join(directory, 'events.json'), `${event}\n${event.replaceAll('golden/debian-12', 'golden/a')}\n`);
    const { code, err } = await patch('--config', 'other.yaml');
    expect([code, err]).toEqual([0, expect.stringContaining(`warning: 1 of 2 findings is ${told}`)]);
  });
});

describe('findings that could not be read', () => {
  it('are no green run of patch or replay, and the others are acted on', async () => {
    writeFileSync(join(directory, 'events.json'), `${JSON.stringify(inspectorEvent())}\n{"cut\n`);
    const { code, out } = await patch('--json');
    expect([code, JSON.parse(out)]).toEqual([
      1,
      expect.objectContaining({
        images: { 'golden/debian-12': expect.objectContaining({ outcome: 'not-built' }) as unknown },
        malformed: [expect.objectContaining({ line: 2 })],
      }),
    ]);
    expect((await run('replay', '--findings', 'events.json')).code).toBe(1);
  });

  it('all of them: there is no state afterwards either', async () => {
    for (const [file, body] of [
      ['none.json', undefined],
      ['bad.json', '{"hello": 1}'],
    ] as const) {
      if (body !== undefined) writeFileSync(join(directory, file), body);
      expect((await run('patch', '--findings', file, '--engine', 'none', '--config', 'mine.yaml')).code).toBe(2);
      const { code, err } = await run('status');
      expect([code, err]).toEqual([2, expect.stringContaining('there is no state of an earlier run')]);
    }
  });
});

describe('exit codes', () => {
  const expected = Object.values(EXIT)
    .sort((left, right) => left - right)
    .map(String);

  it('are all in --help', () => {
    expect([...EXIT_CODE_HELP.matchAll(/^ {2}(\d+) /gm)].map(([, code]) => code)).toEqual(expected);
  });

  it.each(['README.md', 'docs/operating.md'])('are all in %s', (page) => {
    const text = readFileSync(join(__dirname, '../../..', page), 'utf8');
    const [, table = ''] = /\n\| (?:exit )?code +\| meaning .*\n(?<rows>(?:\|.*\n)+)/.exec(text) ?? [];
    expect([...table.matchAll(/^\| (\d+) /gm)].map(([, code]) => code)).toEqual(expected);
  });
});
