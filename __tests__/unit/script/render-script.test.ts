import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { apt } from '../../../domain/ecosystems/apt';
import { dnf } from '../../../domain/ecosystems/dnf';
import { BadInputError } from '../../../domain/errors';
import type { ScriptInput, ScriptTarget } from '../../../domain/script/script-input';
import { describeWithTools } from '../../support/requires-tool';

const HASH = createHash('sha256').update('plan').digest('hex');
const ECOSYSTEMS = [apt, dnf];

function input(change: Partial<ScriptInput> = {}, target: Partial<ScriptTarget> = {}): ScriptInput {
  const first: ScriptTarget = { package: 'openssl', floor: '3.0.15-1', action: 'upgrade', ...target };
  return { image: 'golden/debian-12', planHash: HASH, attempt: 2, targets: [first], ...change };
}

describe.each(ECOSYSTEMS)('script of $id', (ecosystem) => {
  test('names image, plan, attempt and ecosystem in its header', () => {
    const lines = ecosystem.renderScript(input()).split('\n');
    expect(lines[0]).toBe('#!/bin/sh');
    expect(lines.slice(2, 6)).toEqual([
      '# golden image: golden/debian-12',
      `# plan: ${HASH}`,
      '# attempt: 2',
      `# ecosystem: ${ecosystem.id}`,
    ]);
    expect(lines.at(-2)).toBe('main');
  });

  test('differs between inputs in the header and the quoted data only', () => {
    const one = ecosystem.renderScript(input()).split('\n');
    const other = ecosystem
      .renderScript(
        input({ image: 'x', attempt: 1 }, { package: 'zlib', floor: '1:2', action: 'remove', source: 'zlib-src' }),
      )
      .split('\n');
    expect(other).toHaveLength(one.length);
    const changed = other.filter((text, index) => text !== one[index]);
    expect(changed).toEqual(['# golden image: x', '# attempt: 1', "  target 'remove' 'zlib' '1:2' 'zlib-src'"]);
  });

  test('is the same for the same input', () => {
    expect(ecosystem.renderScript(input())).toBe(ecosystem.renderScript(input()));
  });

  test.each([
    '',
    '-',
    '-o',
    'a b',
    'a\nb',
    "a'b",
    'a;b',
    '$(id)',
    '../a',
    'a/b',
    'a|b',
    'a*',
    'a\0',
    'ä',
    'a'.repeat(257),
    'a=1',
    'a:amd64',
  ])('refuses the package name %j', (name) => {
    expect(() => ecosystem.renderScript(input({}, { package: name }))).toThrow(BadInputError);
    expect(() => ecosystem.renderScript(input({}, { source: name }))).toThrow(BadInputError);
  });

  test.each(['', '-1', '1 2', '1\n2', "1'", '1;id', '$(id)', '1|2', '1"', '1/2', '1\u202e', 'NotAvailable\n', '%{1}'])(
    'refuses the floor %j',
    (floor) => {
      expect(() => ecosystem.renderScript(input({}, { floor }))).toThrow(BadInputError);
    },
  );

  test.each(['', 'A', 'a\nb', 'a b', '-a', "a'", 'a'.repeat(257), 'a#'])('refuses the image name %j', (image) => {
    expect(() => ecosystem.renderScript(input({ image }))).toThrow(BadInputError);
  });

  test('refuses a bad plan hash, attempt, releasever, action and a target twice', () => {
    const bad: Partial<ScriptInput>[] = [
      { planHash: 'xyz' },
      { planHash: `${HASH}\n` },
      { attempt: 0 },
      { attempt: 1.5 },
      { releasever: '2023;id' },
      { releasever: '' },
      { targets: [...input().targets, ...input().targets] },
    ];
    for (const change of bad) expect(() => ecosystem.renderScript(input(change))).toThrow(BadInputError);
    const action = 'purge' as ScriptTarget['action'];
    expect(() => ecosystem.renderScript(input({}, { action }))).toThrow('action of openssl');
  });
});

test('only dnf takes a releasever', () => {
  expect(dnf.renderScript(input({ releasever: '2023.5.20240819' }))).toContain("\n  releasever='2023.5.20240819'\n");
  expect(dnf.renderScript(input())).toContain("\n  releasever=''\n");
  expect(apt.renderScript(input({ releasever: 'latest' }))).not.toContain('releasever');
});

describeWithTools(['shellcheck', 'dash', 'busybox'], 'script as shells see it', () => {
  describe.each(ECOSYSTEMS)('$id', (ecosystem) => {
    const script = ecosystem.renderScript(input({}, { source: 'openssl-src' }));

    test.each([
      ['shellcheck', '-s', 'sh', '-'],
      ['dash', '-n'],
      ['busybox', 'sh', '-n'],
    ])('%s %s %s has nothing to say', (command, ...args) => {
      const ran = spawnSync(command, args, { input: script, encoding: 'utf8' });
      expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, '', '']);
    });

    test('does nothing where it was cut short', () => {
      const cut = script.slice(0, script.lastIndexOf('main'));
      const ran = spawnSync('dash', { input: cut, encoding: 'utf8' });
      expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, '', '']);
    });
  });
});
