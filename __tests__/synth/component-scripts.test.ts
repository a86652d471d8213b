import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { contractTestDocument } from '../../modules/image-pipeline/contract-test';
import { fetchComponentDocument } from '../../modules/image-pipeline/fetch-component';
import { describeWithTools } from '../support/requires-tool';
import { inScratch } from './support/synthesize';

interface Document {
  readonly phases: readonly {
    readonly steps: readonly { readonly name: string; readonly inputs: { readonly commands?: readonly string[] } }[];
  }[];
}

const SIGNAL = '/golden-images/test/signals/debian-12';
const PREFIX = 's3://golden-images-test-scripts/scripts/debian-12/';

/** The shell script of a step. */
function scriptOf(document: string, step: string): string {
  const found = (parse(document) as Document).phases.flatMap(({ steps }) => steps).find(({ name }) => name === step);
  return found?.inputs.commands?.join('\n') ?? '';
}

const fetchDocument = (injection: 'staged' | 'inline'): string =>
  fetchComponentDocument({ injection, signalName: SIGNAL, scriptUriPrefix: PREFIX });

it('the version of the schema is written as Image Builder asks for it', () => {
  for (const document of [fetchDocument('staged'), contractTestDocument({})])
    expect(document).toContain('\nschemaVersion: 1.0\n');
});

it('inline has one step more: it runs the script, and leaves nothing', () => {
  expect(scriptOf(fetchDocument('staged'), 'Patch')).toBe('');
  expect(scriptOf(fetchDocument('inline'), 'Patch')).toContain('/bin/sh /opt/golden-images-patch.sh');
});

describeWithTools(['shellcheck'], 'shellcheck', () => {
  it.each([
    ['Verify', scriptOf(fetchDocument('staged'), 'Verify')],
    ['Patch', scriptOf(fetchDocument('inline'), 'Patch')],
    ['Contract', scriptOf(contractTestDocument({ user: 'o.neil:app', workdir: "/it's" }), 'Contract')],
  ])('finds nothing in %s', (_name, script) => {
    execFileSync('shellcheck', ['--shell=bash', '-'], { input: script.replaceAll(/\{\{ .*? \}\}/g, 's3://a/b.sh') });
  });
});

describeWithTools(['bash', 'sha256sum'], 'what the component takes', () => {
  const SCRIPT = 'echo patched\n';
  const SHA256 = createHash('sha256').update(SCRIPT).digest('hex');

  /** Runs the check as AWSTOE would: the parameter's text is put in first. */
  function verify(signal: string, fetched = SCRIPT): { status: number | null; said: string } {
    return inScratch((directory) => {
      const file = join(directory, 'patch.sh');
      writeFileSync(file, fetched);
      const script = scriptOf(fetchDocument('staged'), 'Verify')
        .replaceAll(`{{ aws:ssm:${SIGNAL} }}`, signal)
        .replaceAll('/opt/golden-images-patch.sh', file);
      const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: directory, encoding: 'utf8' });
      expect(existsSync(join(directory, 'pwned'))).toBe(false);
      return { status, said: stdout + stderr };
    });
  }

  it('a script whose bytes hash to its name', () => {
    expect(verify(`${PREFIX}${SHA256}.sh`)).toEqual({ status: 0, said: `golden-images: script ${SHA256}\n` });
  });

  it.each([
    ['before the first patch', 'none'],
    ['of another image', `s3://golden-images-test-scripts/scripts/other/${SHA256}.sh`],
    ['of another bucket', `s3://evil/scripts/debian-12/${SHA256}.sh`],
    ['with another name', `${PREFIX}${'0'.repeat(64)}.sh`],
    ['with a short name', `${PREFIX}abc.sh`],
    ['with a name that is no hash', `${PREFIX}${'g'.repeat(64)}.sh`],
    ['that goes up', `${PREFIX}../${SHA256}.sh`],
    ['with a command in it', `${PREFIX}$(touch pwned)${SHA256}.sh`],
    ['with quotes', `${PREFIX}'; touch pwned; '${SHA256}.sh`],
    ['with backticks', `${PREFIX}\`touch pwned\`.sh`],
    ['with a line feed', `${PREFIX}${SHA256}.sh\ntouch pwned`],
    ['empty', ''],
  ])('no signal %s', (_what, signal) => {
    const { status, said } = verify(signal);
    expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining('golden-images: ') as string });
  });

  it('no script that was changed', () => {
    expect(verify(`${PREFIX}${SHA256}.sh`, 'echo evil\n')).toEqual({
      status: 1,
      said: 'golden-images: the script is not what its name says\n',
    });
  });
});

describeWithTools(['bash', 'grep'], 'the test of the contract', () => {
  function test(props: { user?: string; workdir?: string }, leftover = false): { status: number | null; said: string } {
    return inScratch((directory) => {
      mkdirSync(join(directory, 'opt'));
      if (leftover) writeFileSync(join(directory, 'opt/golden-images-patch.sh'), '');
      const script = scriptOf(contractTestDocument(props), 'Contract').replaceAll(
        '/opt/golden',
        `${directory}/opt/golden`,
      );
      const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
      return { status, said: (stdout + stderr).replaceAll(directory, '') };
    });
  }

  it('holds where user and directory are there', () => {
    expect(test({})).toEqual({ status: 0, said: '' });
    expect(test({ user: '12345:6789', workdir: '/tmp' })).toEqual({ status: 0, said: '' });
  });

  it.each([
    [{ user: 'nobody-at-all' }, false, 'there is no user nobody-at-all'],
    [{ user: 'r..t' }, false, 'there is no user r..t'],
    [{ workdir: '/not/there' }, false, 'there is no directory /not/there'],
    [{}, true, '/opt/golden-images-patch.sh was left behind'],
  ])('does not hold with %p', (props, leftover, problem) => {
    expect(test(props, leftover)).toEqual({ status: 1, said: `golden-images: contract: ${problem}\n` });
  });
});
