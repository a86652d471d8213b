import fc from 'fast-check';
import { failureContext, MAXIMUM_FAILURE_BYTES } from '../../../domain/author/failure-context';

describe('what of a log is kept', () => {
  it('all of a short one, in its order, without blank lines', () => {
    expect(failureContext('one\n\ntwo  \r\nE: three\rfour\n')).toBe('one\ntwo\nE: three\nfour');
  });

  it('nothing of an empty one', () => {
    expect(failureContext('')).toBe('');
    expect(failureContext('\n \n\r\n')).toBe('');
  });

  it.each([
    "E: Version '1' for 'openssl' was not found",
    'dpkg: error processing package libc6 (--configure):',
    ' libssl3 : Depends: libc6 (>= 2.38) but 2.36 is to be installed',
    'Error: Unable to find a match: openssl',
    'nothing provides libcrypto.so.3 needed by openssl-3.0.8',
    'Problem: conflicting requests',
    'ERROR: unable to select packages:',
    'fatal: 404  Not Found [IP: 10.0.0.1 80]',
    'golden-images: openssl result=residual reason=held',
  ])('the telling line in ten thousand: %s', (line) => {
    const noise = Array.from({ length: 5_000 }, (_one, at) => `Get:${at} package ${at}`).join('\n');
    const kept = failureContext(`${noise.slice(0, 30_000)}\n${line}\n${noise.slice(0, 30_000)}`);
    expect(kept.split('\n')).toContain(line.replace('>', ')'));
  });

  it('of more telling lines than fit the last ones, and the end of the log beside fewer', () => {
    const errors = Array.from({ length: 1_000 }, (_one, at) => `error ${String(at).padStart(4, '0')}`);
    const kept = failureContext(`${errors.join('\n')}\nthe end`).split('\n');
    expect(kept.at(-1)).toBe('error 0999');
    expect(kept).not.toContain('error 0000');
    expect(kept).toEqual([...kept].sort());
    expect(
      failureContext(`begin\nerror 1\n${'x'.repeat(70_000)}\nend`)
        .split('\n')
        .at(-1),
    ).toBe('end');
  });

  it('of a line without end its beginning', () => {
    expect(failureContext(`error ${'x y '.repeat(2_000)}`)).toBe(`error ${'x y '.repeat(73)}x `);
  });

  it('of many short lines as many as there is room for', () => {
    const kept = failureContext('E:\n'.repeat(20_000));
    expect([kept.length <= MAXIMUM_FAILURE_BYTES, kept.length > MAXIMUM_FAILURE_BYTES - 4]).toEqual([true, true]);
  });

  it('property: at most 4,096 bytes of plain ASCII without angle brackets, whatever the log', () => {
    const line = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constant('error: '.repeat(40)));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const kept = failureContext(lines.join('\n'));
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(MAXIMUM_FAILURE_BYTES);
        expect(kept).toMatch(/^[\t\n\x20-;=?-~]*$/);
      }),
    );
    expect(MAXIMUM_FAILURE_BYTES).toBe(4_096);
  });
});

describe('secrets are redacted, the rest of the line stays', () => {
  const SECRET = 'hunter2hunter2';

  it.each([
    [`error: password=${SECRET}`, 'error: password=[redacted]'],
    [`E: DB_PASSWORD: ${SECRET} wrong`, 'E: DB_PASSWORD: [redacted] wrong'],
    [`Authorization: Bearer ${SECRET}`, 'Authorization: Bearer [redacted]'],
    [`Proxy-Authorization: Basic ${SECRET}`, 'Proxy-Authorization: Basic [redacted]'],
    [`AWS_SESSION_TOKEN=${SECRET}/+=`, 'AWS_SESSION_TOKEN=[redacted]'],
    [`aws_secret_access_key = ${SECRET}`, 'aws_secret_access_key = [redacted]'],
    [`x-api-key: ${SECRET}`, 'x-api-key: [redacted]'],
    [`E: http://user:${SECRET}@mirror.example/debian`, 'E: http://[redacted]@mirror.example/debian'],
    [`GET https://b.example/o?X-Amz-Signature=${SECRET}&x=1`, 'GET https://b.example/o?X-Amz-Signature=[redacted]&x=1'],
    ['key AKIAIOSFODNN7EXAMPLE used', 'key [redacted] used'],
    ['ASIAIOSFODNN7EXAMPLE', '[redacted]'],
    [`token ghp_${'a1'.repeat(18)}.`, 'token [redacted].'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln end', 'jwt [redacted] end'],
    [`blob ${'QUJD'.repeat(20)}== end`, 'blob [redacted]'],
    [`{"password": "${SECRET}"}`, undefined],
    [`{"SecretAccessKey":"${SECRET}","Token":"${SECRET}"}`, undefined],
    [`PASSWORD='${SECRET} with blanks'`, undefined],
    [`https://user:p@${SECRET}@mirror.example/`, undefined],
    [`curl --password ${SECRET}`, undefined],
    [`machine mirror.example login me password ${SECRET}`, undefined],
  ])('%s', (line, shown) => {
    const kept = failureContext(line);
    expect(kept).not.toContain(SECRET);
    if (shown !== undefined) expect(kept).toContain(shown);
  });

  it('a private key over many lines', () => {
    const body = Array.from({ length: 20 }, () => `${'MIIE+/'.repeat(6)}short`).join('\n');
    const log = `error before\n-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----\nerror after`;
    expect(failureContext(log)).toBe('error before\n[redacted]\nerror after');
    expect(failureContext(`error\n-----BEGIN PRIVATE KEY-----\n${body}`)).toBe('error\n[redacted]');
  });

  it('a word that only sounds like one stays', () => {
    const line = 'E: openssl depends on libtokyocabinet9, keyring and passwd';
    expect(failureContext(line)).toBe(line);
  });
});

it('a secret that the window cuts in two is not told by its end', () => {
  const log = `password=hunter2hunter2 E: error\n${'x\n'.repeat(40_000)}`;
  const cuts = Array.from({ length: 30 }, (_one, at) => failureContext(log.slice(0, 64_000 + at)));
  expect(cuts.filter((kept) => kept.includes('ter2'))).toEqual([]);
});

it.each([
  // An eighth of what is looked at: a cubic expression shows, and the test still ends.
  ['words of secrets', 'password-', 8_000],
  ['short words', 'a-', 64_000],
  ['schemes', 'a.', 64_000],
  ['beginnings of tokens', 'eyJaaaaaaaa-', 64_000],
  ['queries', '?token', 64_000],
  ['signatures in one query', 'sig', 64_000],
  ['beginnings of keys', '-----BEGIN A-----\n', 64_000],
  ['blanks', ' ', 64_000],
  ['base64', 'QUJD', 64_000],
])('a hostile log of %s takes bounded time', (_name, unit, length) => {
  const started = performance.now();
  failureContext(`?${unit.repeat(Math.ceil(length / unit.length))}`);
  expect(performance.now() - started).toBeLessThan(2_000);
});
