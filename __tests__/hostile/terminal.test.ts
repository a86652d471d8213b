import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CliBundle } from '../support/cli-bundle';
import { bundleCli, NODE, runBundle } from '../support/cli-bundle';
import { HOSTILE_TEXTS, STEERING } from '../support/hostile-texts';
import { describeWithTools } from '../support/requires-tool';
import { ecrResource, inspectorEvent, inspectorFinding, inspectorPackage } from '../unit/finding/inspector-sample';

/** Texts that can be written in UTF-8, and that an argument list can hold. */
const TEXTS = HOSTILE_TEXTS.filter((text) => text.isWellFormed() && !text.includes('\0'));
const STEERS = TEXTS.filter((text) => STEERING.test(text));
/** The colours that the command line writes itself: nothing else of the kind is in what a terminal gets. */
const OWN_COLORS = new RegExp(`${String.fromCharCode(27)}\\[(?:[0-9]|[1-3][0-9]|9[0-7])m`, 'g');

let bundle: CliBundle;
let directory: string;
let findings: string;
let request: string;

beforeAll(async () => {
  bundle = await bundleCli();
  directory = await mkdtemp(join(tmpdir(), 'golden-images-terminal-'));
  findings = join(directory, 'findings.jsonl');
  await writeFile(findings, hostileFindings());
  request = join(directory, 'request.json');
  const targets = [{ package: 'openssl', floor: '3.0.11-1' }];
  await writeFile(request, JSON.stringify({ ecosystem: 'apt', targets }));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await bundle.remove();
});

/** Findings with a hostile text in each place that a text can be in. */
function hostileFindings(): string {
  const good = inspectorPackage();
  const events = TEXTS.flatMap((text, index) => [
    inspectorFinding([inspectorPackage({ name: text })]),
    inspectorFinding([inspectorPackage({ version: text, release: null })]),
    inspectorFinding([inspectorPackage({ fixedInVersion: text })]),
    inspectorFinding([inspectorPackage({ packageManager: 'PYTHON', name: `x${text}`, filePath: text })]),
    inspectorFinding([good], { findingArn: text }),
    inspectorFinding([good], { status: text }),
    inspectorFinding([good], { severity: text }),
    inspectorFinding([good], { [text]: text }),
    inspectorFinding([good], {
      packageVulnerabilityDetails: { vulnerabilityId: `CVE-${String(index)}${text}`, vulnerablePackages: [good] },
    }),
    inspectorFinding([good], { resources: [ecrResource({ imageTags: [text] })] }),
    inspectorFinding([good], { resources: [ecrResource({ repositoryName: text })] }),
    inspectorFinding([good], { resources: [ecrResource({ imageHash: text })] }),
    inspectorFinding([good], { resources: [ecrResource({ platform: text })] }),
  ]);
  return [
    ...events.map((event) => JSON.stringify(inspectorEvent(event))),
    ...STEERS.map((text) => text.replaceAll('\n', ' ')),
  ].join('\n');
}

/** Runs the command line on a pseudo-terminal. @returns what the terminal got */
async function onTerminal(args: readonly string[], input = ''): Promise<string> {
  const quoted = [NODE, '--disable-warning=ExperimentalWarning', bundle.file, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  const inputFile = join(directory, 'input');
  await writeFile(inputFile, input);
  const { stdout } = await promisify(execFile)(
    'script',
    ['--quiet', '--return', '--command', `${quoted} <'${inputFile}'; :`, '/dev/null'],
    { env: { ...process.env, FORCE_COLOR: '1', NO_COLOR: '' }, maxBuffer: 1 << 28 },
  );
  return stdout;
}

/** What of an output would steer a terminal, with what stands around it. A terminal makes `\r\n` of each line end. */
function steering(output: string): string[] {
  const text = output.replaceAll(OWN_COLORS, '').replaceAll('\r\n', '\n').replaceAll('\n', '');
  return [...text.matchAll(new RegExp(STEERING, 'gu'))].map(({ index }) =>
    JSON.stringify(text.slice(Math.max(0, index - 40), index + 10)),
  );
}

describeWithTools(['script'], 'what a terminal gets of hostile findings', () => {
  it.each([
    ['replay', () => ['replay', '--findings', findings]],
    ['replay --json', () => ['replay', '--json', '--findings', findings]],
    ['replay --verbose', () => ['--verbose', 'replay', '--findings', findings]],
    ['patch', () => ['patch', '--engine', 'none', '--state', join(directory, 'state'), '--findings', findings]],
    [
      'patch --json',
      () => ['patch', '--json', '--engine', 'none', '--state', join(directory, 'state'), '--findings', findings],
    ],
  ])('of %s steers nothing', async (_what, argsOf) => {
    const output = await onTerminal(argsOf());
    expect(output.length).toBeGreaterThan(500);
    expect(output).toContain('golden/debian-12');
    expect(steering(output)).toEqual([]);
  });

  it.each([false, true])('of explain steers nothing (--json: %s)', async (json) => {
    const state = join(directory, 'state-explain');
    const patch = ['patch', '--engine', 'none', '--state', state, '--findings', findings];
    // 1: some of the hostile records are malformed.
    expect((await runBundle(bundle, patch)).code).toBe(1);
    for (const [index, text] of TEXTS.entries()) {
      if (text.length > 200 || !STEERING.test(text)) continue;
      const id = `CVE-${String(index)}${text}`;
      const output = await onTerminal(['explain', id, '--state', state, ...(json ? ['--json'] : [])]);
      expect(output).toContain('glibc');
      expect(steering(output)).toEqual([]);
    }
  });

  it.each([false, true])('of vet steers nothing (--json: %s)', async (json) => {
    for (const text of STEERS) {
      const output = await onTerminal(
        ['vet', '--request', request, ...(json ? ['--json'] : [])],
        `apt-get install -y ${text}\n${text}\n`,
      );
      expect(output).toContain('refused');
      expect(steering(output)).toEqual([]);
    }
  });

  it('of errors about hostile arguments, requests and configurations steers nothing', async () => {
    for (const text of STEERS.filter((one) => one.length < 1000)) {
      const broken = join(directory, 'broken');
      await writeFile(broken, JSON.stringify({ version: 1, [text]: text, images: [{ name: text, [text]: 1 }] }));
      const outputs = [
        await onTerminal(['patch', `--${text}`]),
        await onTerminal(['patch', '--findings', findings, '--engine', text]),
        await onTerminal(['replay', '--findings', join(directory, `none-${text}`)]),
        await onTerminal(['replay', '--findings', findings, '--config', broken]),
        await onTerminal(['vet', '--request', broken]),
        await onTerminal([text]),
      ];
      for (const output of outputs) {
        expect(output).toMatch(/error/);
        expect(steering(output)).toEqual([]);
      }
    }
  });
});
