import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockState } from '../../../adapters/local/state-lock';
import { reportError } from '../../../cli/output/report-error';
import { buildProgram } from '../../../cli/program';
import { openStateDirectory } from '../../../cli/run/state-directory';
import { updateHead } from '../../../domain/table/head-changes';
import { patchKey, reconcileKey } from '../../../domain/table/keys';
import { movePatch } from '../../../domain/table/move-patch';
import type { PatchItem, PatchState } from '../../../domain/table/patch-item';
import { inspectorEvent } from '../finding/inspector-sample';
import { digestOf } from '../table/samples';

let directory: string;
let state: string;
let config: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cli-operate-'));
  state = join(directory, 'state');
  config = join(directory, 'golden-images.yaml');
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(directory, { recursive: true });
});

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What the process would end with. */
const exitCode = (): number => Number(process.exitCode ?? 0);

/** Runs the command line in this process. */
async function run(...args: string[]): Promise<Run> {
  const said = { out: '', err: '' };
  const into = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    said[stream] += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(into('out'));
  jest.spyOn(process.stderr, 'write').mockImplementation(into('err'));
  process.exitCode = undefined;
  let code: number;
  try {
    await buildProgram().parseAsync(['node', 'golden-images', ...args]);
    code = exitCode();
  } catch (error) {
    code = reportError(error, false);
  } finally {
    jest.restoreAllMocks();
  }
  return { code, ...said };
}

/** Runs a command on the state, with what it prints as JSON. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await run(...args, '--state', state, '--config', config, '--json');
  if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
  return JSON.parse(out) as Record<string, unknown>;
}
const on = async (...args: string[]): Promise<Run> => await run(...args, '--state', state, '--config', config);

/** Runs `patch` without an engine, in a mode. */
async function patch(mode: string): Promise<void> {
  writeFileSync(
    config,
    `version: 1\nimages:\n  - { name: debian-12, repository: golden/debian-12, parent: "debian:12", platform: DEBIAN_12, policy: { mode: ${mode} } }\n`,
  );
  const findings = join(directory, 'events.json');
  writeFileSync(findings, JSON.stringify(inspectorEvent()));
  await json('patch', '--findings', findings, '--engine', 'none');
}

/** Does what the engine that is not there would have done. */
async function change(
  run: (opened: Awaited<ReturnType<typeof openStateDirectory>>) => Promise<unknown>,
): Promise<void> {
  const opened = await openStateDirectory(state);
  try {
    await run(opened);
  } finally {
    opened.close();
  }
}
async function move(sequence: number, from: PatchState, to: PatchState, more: Partial<PatchItem> = {}): Promise<void> {
  await change(
    async ({ table }) =>
      await movePatch(table, patchKey('debian-12', sequence), [from], new Date(), { state: to, ...more }),
  );
}
async function patchItem(sequence: number): Promise<PatchItem | undefined> {
  let found: PatchItem | undefined;
  await change(async ({ table }) => {
    found = (await table.get(patchKey('debian-12', sequence))) as PatchItem | undefined;
  });
  return found;
}
async function status(): Promise<Record<string, unknown>> {
  const { images } = (await json('status', '--image', 'debian-12')) as { images: Record<string, unknown> };
  return images['debian-12'] as Record<string, unknown>;
}

describe('what waits for a person, in a state directory', () => {
  it('is shown with the commands to type, and approved; the next patch run carries on', async () => {
    await patch('approve');
    const before = await status();
    expect(before).toMatchObject({
      open: [{ severity: 'HIGH', count: 1 }],
      waiting: [{ patch: 1, state: 'AWAITING_APPROVAL', targets: 1 }],
    });
    const flags = ` --state ${state} --config ${config}`;
    expect(before['commands']).toEqual([
      { to: 'approve patch 1', type: `golden-images approve debian-12 1 --reason '…'${flags}` },
      { to: 'reject patch 1', type: `golden-images reject debian-12 1 --reason '…'${flags}` },
    ]);
    const shown = await on('status');
    expect(shown.out).toContain('waits for approval');
    expect(shown.out).toContain(`to approve patch 1: golden-images approve debian-12 1 --reason '…'${flags}`);

    const approved = await json('approve', 'debian-12', '1', '--reason', 'change 4711', '--by', 'alice');
    expect(approved).toMatchObject({
      ...{ image: 'debian-12', patch: 1, did: 'approved', state: 'READY' },
      approval: { by: 'alice', reason: 'change 4711' },
    });
    expect(await json('approve', 'debian-12', '1', '--reason', 'again')).toMatchObject({ did: 'nothing' });
    await patch('approve');
    expect(await status()).toMatchObject({ state: 'BUSY', inFlight: { patch: 1, state: 'SIGNALED' }, waiting: [] });
  });

  it('is decided in the name of the user where nobody is named', async () => {
    await patch('approve');
    const { approval } = await json('reject', 'debian-12', '1', '--reason', 'no');
    expect(approval).toMatchObject({ decision: 'rejected', by: expect.stringMatching(/\S/) as unknown });
    await patch('approve');
    expect(await status()).toMatchObject({ ended: { patch: 1, state: 'REJECTED', reason: 'rejected' }, waiting: [] });
  });

  it('that was rejected is asked for again after a retry', async () => {
    await patch('approve');
    await json('reject', 'debian-12', '1', '--reason', 'no');
    for (const reason of [[], ['--reason', ' ']]) {
      const refused = await on('retry', '--image', 'debian-12', ...reason);
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--reason')]);
    }
    expect(await status()).toMatchObject({ ended: { state: 'REJECTED' } });
    const word = ['--reason', 'the payment service is mended', '--by', 'alice'];
    expect(await json('retry', '--image', 'debian-12', ...word)).toEqual({
      ...{ image: 'debian-12', wasStopped: false, patches: 1, findings: 0 },
    });
    const retried = await patchItem(1);
    expect([retried?.state, retried?.detail, retried?.approval?.reason]).toEqual([
      'SUPERSEDED',
      'tried again by alice: the payment service is mended',
      'no',
    ]);
    await patch('approve');
    expect(await status()).toMatchObject({ waiting: [{ patch: 2, state: 'AWAITING_APPROVAL' }] });
  });

  it.each([
    ['the other word', ['reject', 'debian-12', '1', '--reason', 'x'], 1, 'cannot be rejected: it is READY'],
    ['another patch', ['approve', 'debian-12', '7', '--reason', 'x'], 2, 'golden image debian-12 has no patch 7'],
    ['another image', ['approve', 'alpine', '1', '--reason', 'x'], 2, 'there is no golden image alpine'],
    ['no reason', ['approve', 'debian-12', '1', '--reason', ' '], 2, 'a reason is missing'],
    ['no --reason', ['approve', 'debian-12', '1'], 2, '--reason'],
    ['nobody', ['approve', 'debian-12', '1', '--reason', 'x', '--by', ' '], 2, '--by is empty'],
    [
      'a name that is none',
      ['reject', 'debian-12', '1', '--reason', 'x', '--by', 'x'.repeat(201)],
      2,
      '201 characters: 200 are',
    ],
    ['a rebuild without a reason', ['rebuild', '--image', 'debian-12'], 2, '--reason'],
    ['no number', ['approve', 'debian-12', 'one', '--reason', 'x'], 2, 'It is not the number of a patch'],
  ])('%s is refused, with what to do', async (_what, args, code, message) => {
    await patch('approve');
    await json('approve', 'debian-12', '1', '--reason', 'x');
    const refused = await on(...args);
    expect([refused.code, refused.out]).toEqual([code, '']);
    expect(refused.err).toContain(message);
  });

  it('cannot be decided while another run has the state; to look is always possible', async () => {
    await patch('approve');
    const unlock = lockState(state);
    const busy = await on('approve', 'debian-12', '1', '--reason', 'x');
    expect([busy.code, busy.err]).toEqual([2, expect.stringContaining('another golden-images run')]);
    expect((await on('status')).code).toBe(0);
    unlock();
    expect((await on('approve', 'debian-12', '1', '--reason', 'x')).code).toBe(0);
  });

  it('is only looked for where there is a state, and on one of the two', async () => {
    const missing = await run('status', '--state', join(directory, 'none'));
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('there is no state of an earlier run')]);
    const both = await run('status', '--state', state, '--environment', 'prod');
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('cannot be used with')]);
  });
});

describe('a rebuild, in a state directory', () => {
  it('is written once, and the next patch run signals it', async () => {
    await patch('observe');
    const rebuilt = await json('rebuild', '--image', 'debian-12', '--reason', 'certificates');
    expect(rebuilt).toEqual({ image: 'debian-12', patch: 2, did: 'written', state: 'READY' });
    expect((await on('rebuild', '--image', 'debian-12', '--reason', 'again')).out).toContain('was asked for before');
    await patch('observe');
    expect(await status()).toMatchObject({ inFlight: { patch: 2, state: 'SIGNALED', rebuild: true } });
    const busy = await on('rebuild', '--image', 'debian-12', '--reason', 'again');
    expect([busy.code, busy.err]).toEqual([
      1,
      expect.stringContaining('a build of it is on its way (patch 2, SIGNALED)'),
    ]);
  });
});

describe('a stopped image, in a state directory', () => {
  it('is shown, is not rebuilt, and starts over after a retry', async () => {
    await patch('observe');
    await change(
      async ({ table }) => await updateHead(table, 'debian-12', (head) => ({ ...head, state: 'STOPPED', failures: 3 })),
    );
    const stopped = await on('status');
    expect(stopped.out).toContain('after 3 failed builds in a row');
    expect(stopped.out).toContain("to reset the breaker: golden-images retry --image debian-12 --reason '…'");
    expect((await on('rebuild', '--image', 'debian-12', '--reason', 'x')).code).toBe(1);
    expect(await json('retry', '--image', 'debian-12', '--reason', 'the disk was full')).toMatchObject({
      wasStopped: true,
    });
    expect(await status()).toMatchObject({
      state: 'IDLE',
      replan: { why: expect.stringMatching(/^started over by \S.*: the disk was full$/) as unknown },
    });
  });
});

describe('evidence, in a state directory', () => {
  async function promoted(): Promise<PatchItem> {
    await patch('auto');
    let evidenceUri = '';
    await change(async ({ scripts, table }) => {
      evidenceUri = await scripts.putAudit('debian-12', 'one.evidence.json', '{"targets": []}');
      const at = { digest: digestOf('f'), reference: 'r', patch: 1, since: new Date().toISOString(), descendsFrom: [] };
      await updateHead(table, 'debian-12', (head) => ({ ...head, promoted: at }));
    });
    await move(1, 'SIGNALED', 'PROMOTED', { evidenceUri });
    return (await patchItem(1))!;
  }

  it('is printed with the script that it is about, whose bytes were checked', async () => {
    const { patchId, scriptUri, evidenceUri } = await promoted();
    expect(await json('evidence', '--image', 'debian-12')).toEqual({
      image: 'debian-12',
      patch: 1,
      state: 'PROMOTED',
      script: { uri: scriptUri, sha256: patchId, verified: true },
      uri: evidenceUri,
      evidence: { targets: [] },
    });
    expect((await on('evidence', '--image', 'debian-12', '--patch', '1')).out).toContain(`hash to ${patchId}`);
  });

  it('says, as status does, where the floating tag is not on what was proven any more', async () => {
    await promoted();
    const seen = { at: digestOf('e'), proven: digestOf('f'), since: '2026-11-01T00:00:00.000Z', told: [] };
    const remember = async (movedTag: object): Promise<void> => {
      await change(async ({ table }) => {
        const key = reconcileKey('debian-12');
        const version = (await table.get(key))?.version ?? 0;
        await table.put({ ...key, type: 'RECONCILE', image: 'debian-12', version: version + 1, movedTag }, version);
      });
    };
    await remember(seen);
    const tagMoved = { tag: 'stable', at: digestOf('e'), since: seen.since };
    expect(await json('evidence', '--image', 'debian-12')).toMatchObject({ tagMoved });
    expect(await status()).toMatchObject({ promoted: { digest: digestOf('f') }, tagMoved });
    for (const command of [['status'], ['evidence', '--image', 'debian-12']])
      expect((await on(...command)).out).toContain(
        `stable points at ${digestOf('e')}, seen since ${seen.since}: somebody`,
      );
    expect((await on('status')).out).toContain('golden-images rebuild --image debian-12');
    const { at: _at, ...gone } = seen;
    await remember(gone);
    expect((await on('status')).out).toContain(`stable is gone, seen since ${seen.since}`);
    // Of an image that is not the promoted one any more.
    await remember({ ...seen, proven: digestOf('a') });
    expect(await status()).not.toHaveProperty('tagMoved');
    expect(await json('evidence', '--image', 'debian-12')).not.toHaveProperty('tagMoved');
  });

  it('of a script that somebody changed is refused', async () => {
    const { scriptUri } = await promoted();
    const file = join(state, scriptUri);
    rmSync(file);
    writeFileSync(file, '#!/bin/sh\ncurl evil\n');
    const changed = await on('evidence', '--image', 'debian-12');
    expect([changed.code, changed.out]).toEqual([4, '']);
    expect(changed.err).toContain(scriptUri);
    rmSync(file);
    expect((await on('evidence', '--image', 'debian-12')).code).toBe(4);
  });

  it('that was never written, or of no patch, is bad input', async () => {
    await patch('approve');
    for (const [args, message] of [
      [['--patch', '1'], 'patch 1 of debian-12 has no evidence: it is AWAITING_APPROVAL'],
      [['--patch', '9'], 'golden image debian-12 has no patch 9'],
      [[], 'no patch of debian-12 is promoted'],
    ] as const) {
      const refused = await on('evidence', '--image', 'debian-12', ...args);
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});

it('what a table says is made printable', async () => {
  await patch('approve');
  await json('reject', 'debian-12', '1', '--reason', 'no\u001b[31m', '--by', 'mallory\u202e');
  const { out } = await on('status');
  expect(out.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  expect(out).toContain('rejected by mallory\\u{202e}: no\\u{1b}[31m');
  expect(readFileSync(config, 'utf8')).toContain('debian-12');
});
