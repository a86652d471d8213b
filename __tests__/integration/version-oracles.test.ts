import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareVersions } from '../../domain/versions';
import { describeWithTools } from '../support/requires-tool';
import { versionPairs, type VersionPair } from '../support/version-pairs';

const PAIRS = 20_000;
const SEED = Number(process.env['VERSION_PAIRS_SEED'] ?? 20_261_122);

/** A comparison on which the tool and this project differ. */
interface Disagreement {
  readonly a: string;
  readonly b: string;
  readonly ours: -1 | 0 | 1;
  readonly seed: number;
}

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'version-oracles-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** Runs a tool in the scratch directory and waits until it has ended with status 0. */
async function run(command: string, args: readonly string[]): Promise<void> {
  const { status, errors } = await new Promise<{ status: number | null; errors: string }>((resolve, reject) => {
    const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject).on('close', (status) => {
      resolve({ status, errors });
    });
  });
  if (status !== 0) throw new Error(`${command} ended with status ${String(status)}: ${errors.slice(0, 2000)}`);
}

async function readLines(name: string): Promise<string[]> {
  return (await readFile(join(directory, name), 'utf8')).trimEnd().split('\n');
}

const OPERATORS = { '-1': 'lt', 0: 'eq', 1: 'gt' } as const;

/**
 * Asks dpkg whether our answer holds, one call for a pair: status 0 means that it does, 1 that it does not, 2 that the
 * pair is no question to dpkg. One `sh` runs all calls and writes the statuses down.
 */
async function confirmWithDpkg(name: string, pairs: readonly VersionPair[]): Promise<string[]> {
  const calls = pairs.map(([a, b]) => {
    const operator = OPERATORS[compareVersions('deb', a, b)];
    return `dpkg --compare-versions '${a}' ${operator} '${b}' 2>>${name}.warnings; echo $?`;
  });
  await writeFile(join(directory, `${name}.sh`), `exec >${name}.answers\n${calls.join('\n')}\n`);
  await run('sh', [`${name}.sh`]);
  return await readLines(`${name}.answers`);
}

const LUA = `
local answers = io.open('rpm.answers', 'w')
for line in io.lines('rpm.pairs') do
  local a, b = line:match('^(.-)\\t(.*)$')
  answers:write(rpm.vercmp(a, b), '\\n')
end
answers:close()
`;

describeWithTools(['dpkg', 'sh'], 'the deb order and dpkg --compare-versions', () => {
  test(`agree on ${PAIRS} generated pairs (seed ${SEED})`, async () => {
    const pairs = versionPairs('deb', SEED, PAIRS);
    const half = PAIRS / 2;
    const halves = await Promise.all([
      confirmWithDpkg('first', pairs.slice(0, half)),
      confirmWithDpkg('second', pairs.slice(half)),
    ]);
    const statuses = halves.flat();
    const disagreements = pairs.flatMap(([a, b], index): Disagreement[] =>
      statuses[index] === '0' ? [] : [{ a, b, ours: compareVersions('deb', a, b), seed: SEED }],
    );
    expect(disagreements).toEqual([]);
    expect(statuses).toHaveLength(PAIRS);
  });
});

describeWithTools(['rpm'], 'the rpm order and rpm.vercmp', () => {
  test(`agree on ${PAIRS} generated pairs (seed ${SEED})`, async () => {
    const pairs = versionPairs('rpm', SEED, PAIRS);
    await writeFile(join(directory, 'rpm.pairs'), pairs.map(([a, b]) => `${a}\t${b}\n`).join(''));
    await writeFile(join(directory, 'compare.lua'), LUA);
    await run('rpm', ['--eval', "%{lua: dofile('compare.lua')}"]);
    const answers = await readLines('rpm.answers');
    const disagreements = pairs.flatMap(([a, b], index): Disagreement[] => {
      const ours = compareVersions('rpm', a, b);
      return answers[index] === String(ours) ? [] : [{ a, b, ours, seed: SEED }];
    });
    expect(disagreements).toEqual([]);
    expect(answers).toHaveLength(PAIRS);
  });
});

describe('the generated pairs', () => {
  test.each(['deb', 'rpm'] as const)('of %s are the same for the same seed and mostly differ', (order) => {
    const pairs = versionPairs(order, SEED, 2_000);
    expect(versionPairs(order, SEED, 2_000)).toEqual(pairs);
    const outcomes = [-1, 0, 1].map(
      (outcome) => pairs.filter(([a, b]) => compareVersions(order, a, b) === outcome).length,
    );
    expect(Math.min(...outcomes)).toBeGreaterThan(100);
    expect(pairs.filter(([a, b]) => a === b).length).toBeLessThan(400);
  });
});
