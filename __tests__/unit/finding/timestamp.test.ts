import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { parseTimestamp } from '../../../domain/finding/timestamp';

const ROOT = resolve(__dirname, '../../..');

describe('the forms that Inspector and its clients write', () => {
  it.each([
    ['EventBridge since 2023', 'Wed Sep 04 16:55:38.411 UTC 2024', '2024-09-04T16:55:38.411Z'],
    ['EventBridge since 2023, no fraction', 'Wed Sep 04 16:55:38 UTC 2024', '2024-09-04T16:55:38.000Z'],
    ['EventBridge since 2023, day padded with a blank', 'Wed Sep  4 16:55:38.411 UTC 2024', '2024-09-04T16:55:38.411Z'],
    ['EventBridge since 2023, GMT', 'Thu Feb 29 00:00:00.001 GMT 2024', '2024-02-29T00:00:00.001Z'],
    ['EventBridge of 2021 to 2023', 'Jan 19, 2023, 10:46:15 PM', '2023-01-19T22:46:15.000Z'],
    ['EventBridge of 2021, one digit', 'Dec 3, 2021, 6:02:30 PM', '2021-12-03T18:02:30.000Z'],
    ['EventBridge of 2021, narrow no-break space', 'Dec 3, 2021, 6:02:30\u202fAM', '2021-12-03T06:02:30.000Z'],
    ['midnight of the twelve-hour clock', 'Dec 3, 2021, 12:00:00 AM', '2021-12-03T00:00:00.000Z'],
    ['noon of the twelve-hour clock', 'Dec 3, 2021, 12:00:00 PM', '2021-12-03T12:00:00.000Z'],
    ['ListFindings, offset ahead', '2024-06-14T04:03:53.051000+02:00', '2024-06-14T02:03:53.051Z'],
    ['ListFindings, offset behind, into the next day', '2023-12-31T23:30:00-01:00', '2024-01-01T00:30:00.000Z'],
    ['ListFindings, offset without colon', '2024-06-14T04:03:53+0530', '2024-06-13T22:33:53.000Z'],
    ['boto dump', '2025-12-26 14:21:44.742000+01:00', '2025-12-26T13:21:44.742Z'],
    ['envelope', '2024-05-22T15:40:54Z', '2024-05-22T15:40:54.000Z'],
    ['epoch seconds with a fraction (CLI v1)', 1716392454.491, '2024-05-22T15:40:54.491Z'],
    ['epoch milliseconds', 1716392454491, '2024-05-22T15:40:54.491Z'],
    ['epoch 0', 0, '1970-01-01T00:00:00.000Z'],
    ['Date of an SDK', new Date('2024-05-22T15:40:54.491Z'), '2024-05-22T15:40:54.491Z'],
  ])('%s', (_name, value, iso) => {
    expect(parseTimestamp(value)).toBe(iso);
  });
});

describe('what is no date', () => {
  it.each([
    [''],
    ['yesterday'],
    ['2024-06-14'],
    ['2024-06-14T04:03:53'],
    ['2024-02-30T00:00:00Z'],
    ['2023-02-29T00:00:00Z'],
    ['2024-00-10T00:00:00Z'],
    ['2024-13-10T00:00:00Z'],
    ['2024-01-00T00:00:00Z'],
    ['2024-01-01T24:00:00Z'],
    ['2024-01-01T00:60:00Z'],
    ['2024-01-01T00:00:61Z'],
    ['2024-01-01T00:00:00+25:00'],
    ['2024-01-01T00:00:00+00:60'],
    ['Wed Foo 04 16:55:38.411 UTC 2024'],
    ['Wed Sep 31 16:55:38.411 UTC 2024'],
    ['Wed Sep 04 16:55:38.411 PST 2024'],
    ['Dec 3, 2021, 0:02:30 PM'],
    ['Dec 3, 2021, 13:02:30 PM'],
    ['Feb 29, 2023, 1:02:30 PM'],
    [`2024-01-01T00:00:00.${'0'.repeat(100)}Z`],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [1e300],
    [new Date(Number.NaN)],
    [null],
    [undefined],
    [true],
    [{}],
  ])('%p', (value) => {
    expect(parseTimestamp(value)).toBeUndefined();
  });

  it('a year below 100 is not moved into the twentieth century (Go and .NET write 0001-01-01 for "never")', () => {
    expect([undefined, '0001-01-01T00:00:00.000Z']).toContain(parseTimestamp('0001-01-01T00:00:00Z'));
  });
});

describe('laws', () => {
  const date = fc.date({ min: new Date('1971-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });

  it('an ISO time in any offset is the same instant', () => {
    fc.assert(
      fc.property(
        date,
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        fc.constantFrom('T', ' '),
        (instant, offset, separator) => {
          const local = new Date(instant.getTime() + offset * 60_000)
            .toISOString()
            .slice(0, -1)
            .replace('T', separator);
          const size = Math.abs(offset);
          const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
          expect(parseTimestamp(`${local}${zone}`)).toBe(instant.toISOString());
        },
      ),
    );
  });

  it('what it writes it reads back, and text order is time order', () => {
    fc.assert(
      fc.property(date, date, (left, right) => {
        const [a = '', b = ''] = [parseTimestamp(left), parseTimestamp(right)];
        expect(parseTimestamp(a)).toBe(a);
        expect(a < b).toBe(left.getTime() < right.getTime());
      }),
    );
  });

  it('never throws on text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(() => parseTimestamp(text)).not.toThrow();
      }),
    );
  });
});

it.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('does not depend on the time zone of the machine: %s', (TZ) => {
  const values = ['Wed Sep 04 16:55:38.411 UTC 2024', 'Jan 19, 2023, 10:46:15 PM', '2025-12-26 14:21:44.742000+01:00'];
  const source = `const { parseTimestamp } = require('./domain/finding/timestamp.ts');
    console.log(JSON.stringify(${JSON.stringify(values)}.map(parseTimestamp)));`;
  const output = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', source], {
    cwd: ROOT,
    env: { ...process.env, TZ },
    encoding: 'utf8',
  });
  expect(JSON.parse(output)).toEqual([
    '2024-09-04T16:55:38.411Z',
    '2023-01-19T22:46:15.000Z',
    '2025-12-26T13:21:44.742Z',
  ]);
});
