/** Texts that are meant to do harm where they are run, stored, compared or shown. */
export const HOSTILE_TEXTS: readonly string[] = [
  // The shell.
  'foo;rm -rf /',
  'foo && reboot',
  '$(id)',
  '`id`',
  '${IFS}id',
  "openssl'; reboot; '",
  'openssl"; reboot; "',
  "'\\''",
  'openssl|sh',
  'openssl>/etc/passwd',
  'openssl\nreboot',
  'openssl\r\nreboot',
  'openssl\\\nreboot',
  '*',
  '~root',
  '{a,b}',
  // Options.
  '-oAPT::Update::Pre-Invoke::=id',
  '--allow-unauthenticated',
  '-',
  '--',
  // Paths.
  '../../etc/passwd',
  '/etc/passwd',
  '..',
  '.',
  'http://evil.example/x.deb',
  // Key separators and prototype keys.
  'openssl#OS#x',
  'FINDING#x',
  '%23%2F',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  // The terminal.
  '\u001b[2J\u001b[H',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://evil.example\u001b\\openssl\u001b]8;;\u001b\\',
  '\u009b31mred',
  '\rerror: all is well',
  'a\bb',
  '\u007f',
  // Text that looks like another.
  'opens\u0455l',
  '\u043epenssl',
  'ｏpenssl',
  'open\u202elss',
  'open\u2066ssl\u2069',
  'open\u200bssl',
  'open\u00adssl',
  '\ufeffopenssl',
  'openssl\u2028reboot',
  'e\u0301'.repeat(50),
  // Text that is none.
  '',
  ' ',
  '\0',
  'openssl\0.deb',
  '\ud800',
  '\udfff\ud800',
  '\u{10ffff}',
  // Size.
  'a'.repeat(257),
  'a'.repeat(10_240),
  '$(id)'.repeat(2048),
  '\u{1f4a3}'.repeat(2560),
  // A Dockerfile.
  'openssl\nRUN reboot',
  'root\nENTRYPOINT ["/evil"]',
  '# syntax=evil/frontend',
];

/** Anything that steers a terminal, reorders what a person reads, or hides in it. */
export const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** JSON that nests so deep that a reader which recurses runs out of stack. */
export function deepJson(levels: number, open: '[' | '{"a":' = '['): string {
  const close = open === '[' ? ']' : '}';
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}
