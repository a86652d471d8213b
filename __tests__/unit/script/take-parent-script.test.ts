import { execFileSync } from 'node:child_process';
import { BadInputError } from '../../../domain/errors';
import { parseResultLines } from '../../../domain/script/result-lines';
import { renderTakeParentScript } from '../../../domain/script/take-parent-script';

const PLAN_HASH = 'ab'.repeat(32);

it('changes nothing, and ends as every script does', () => {
  const script = renderTakeParentScript({ image: 'debian-12', planHash: PLAN_HASH });
  // No command is to be found: only what the shell has itself is needed.
  const log = execFileSync('/bin/sh', ['-eu'], { input: script, env: { PATH: '/nowhere' }, encoding: 'utf8' });
  expect(parseResultLines(log)).toEqual({ results: [], exitCode: 0 });
  expect(log.split('\n')).toEqual(['golden-images-exit 0', '']);
});

it('is another one for another plan', () => {
  const of = (planHash: string): string => renderTakeParentScript({ image: 'debian-12', planHash });
  expect(of(PLAN_HASH)).toBe(of(PLAN_HASH));
  expect(of(PLAN_HASH)).not.toBe(of('cd'.repeat(32)));
});

it.each([
  { image: 'debian\nrm -rf /', planHash: PLAN_HASH },
  { image: 'debian-12', planHash: '\nid' },
])('takes nothing outside of its alphabets: %j', (plan) => {
  expect(() => renderTakeParentScript(plan)).toThrow(BadInputError);
});
