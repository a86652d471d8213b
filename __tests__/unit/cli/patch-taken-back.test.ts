import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageReport } from '../../../cli/run/patch-report';
import { patch } from '../../../cli/run/patch';
import { inspectorEvent, inspectorFinding } from '../finding/inspector-sample';
import { NOW, silent } from '../table/samples';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cli-taken-back-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const EXCEPTION = `exceptions:
  - { vulnerability: CVE-2024-0001, justification: not reachable, expires: 2027-03-31 }
`;

/** Runs `patch` without an engine. */
async function run(mode: string, event: unknown, more = ''): Promise<ImageReport | undefined> {
  const config = join(directory, 'golden-images.yaml');
  const findings = join(directory, 'events.json');
  writeFileSync(
    config,
    `version: 1
images:
  - { name: debian-12, repository: golden/debian-12, parent: "debian:12", platform: DEBIAN_12, policy: { mode: ${mode} } }
${more}`,
  );
  writeFileSync(findings, JSON.stringify(event));
  const { images } = await patch({
    ...{ findings: [findings], config, images: [], engine: 'none', retry: false, state: join(directory, 'state') },
    ...{
      clock: () => NOW,
      logger: silent,
      onProgress: () => undefined,
      onFailure: () => undefined,
      onWarning: () => undefined,
    },
  });
  return images['debian-12'];
}

const suppressed = inspectorEvent(
  inspectorFinding(undefined, { status: 'SUPPRESSED', updatedAt: '2024-05-30T00:00:00.000000+00:00' }),
);

describe.each([
  ['approve', 'awaiting-approval'],
  ['observe', 'observed'],
])('a patch that waits in mode %s', (mode, outcome) => {
  it.each([
    ['an exception', inspectorEvent(), EXCEPTION, { excepted: 1 }],
    ['a suppression', suppressed, '', { suppressed: 1 }],
  ])('is taken back by %s: nothing is to do', async (_what, event, more, parked) => {
    expect(await run(mode, inspectorEvent())).toMatchObject({ outcome, targets: [{ ecosystem: 'apt' }] });
    const after = { outcome: 'nothing-to-do', targets: [], parked };
    expect(await run(mode, event, more)).toEqual(after);
    expect(await run(mode, event, more)).toEqual(after);
  });

  it('is planned again when the exception is gone', async () => {
    await run(mode, inspectorEvent());
    await run(mode, inspectorEvent(), EXCEPTION);
    expect(await run(mode, inspectorEvent())).toMatchObject({ outcome, targets: [{ ecosystem: 'apt' }] });
  });
});
