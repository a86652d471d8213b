/** Two versions to compare. */
export type VersionPair = readonly [a: string, b: string];

/** A source of whole numbers: the next one, at least 0 and below `bound`. */
type Random = (bound: number) => number;

/** What the versions of an order are made of. */
interface Material {
  /** Versions to start from, in the shapes that distributions publish. */
  readonly bases: readonly string[];
  /** Pieces that a mutation puts in. */
  readonly pieces: readonly string[];
  /** Endings that a mutation puts on. */
  readonly endings: readonly string[];
  /** What the tool that is asked about the pair takes for a version. */
  readonly accepts: (text: string) => boolean;
}

const PIECES = words('0 1 9 10 00 01 ~ ~~ ~rc1 . .. + a b Z - -0 -1 2.0');

const MATERIAL: Readonly<Record<'deb' | 'rpm', Material>> = {
  deb: {
    bases: words(`
      1.0-1 1:22b10-3 2:8.39-12+deb12u1 1.20.1-2+deb12u2 3.0.11-1~deb12u2 5.4.1-0.2 1.2.3+dfsg-1
      1.2.3+dfsg1-1 2.36-9+deb12u7 1.1.1n-0+deb11u5 3.0.2-0ubuntu1.18 2.35-0ubuntu3.8 7.88.1-10
      4:4.2.8p15+dfsg-2~1.2.2+dfsg1-1 9.2p1-2+b1 20230311 20240203~deb12u1 252.22-1~bpo11+1 0~~1 0
      1.0~rc1-1 1.0~ 2.4.57-2 6.1.90-1 0.0~git20230905.a1b2c3d-2 1:1.2.13.dfsg-1 12.4+deb12u5 1.2-3-4
      1:2:3-4 184467440737095516161.3-1 202301010000000000000001-1 0:0-0 00.00-00 1.0-0
    `),
    pieces: [...PIECES, ...words('+b1 +b2 +dfsg p1 :1 ubuntu 18446744073709551616')],
    endings: words(`
      +b1 +b10 +deb12u1 +deb12u2 +deb12u10 ~bpo12+1 ~deb11u1 -0ubuntu1 -0 -1 ~ +esm1 build1
    `),
    accepts: acceptedByDpkg,
  },
  rpm: {
    bases: words(`
      1.0-1 7.61.1-18.el8_4.1 1:3.0.7-27.el9 3.0.8-1.amzn2023.0.14 2:8.2.2637-20.el9_1 5.10.0-1.fc38
      1.0~rc1-1 1.0^git1-1 1.0^20240101g17bf510-1.fc40 1.0~beta^git1-1 20230731-1.git94f0e2c.el9_3.1
      2.34-83.el9.7 1-1~a 1-1~b 1.0^ 1.0~ 5.5p15 10xyz xyz10 xyz.4 2_0 2.0.1a fc4 1.el9 1.0.el9- -1 :1
      0:1-1 00:01-001 1.0 1.05 1.5 a:1-1 4294967297:1-1 184467440737095516161-1 1..2 ^ ~
    `),
    pieces: [...PIECES, ...words('^ ^^ ^git1 _ .el9 : alpha B 18446744073709551616')],
    endings: words(`
      .el9 .el9_2 .el9_2.1 .fc40 .amzn2023.0.2 ^ ^git1 ^20240101 ~ ~rc1 -1 - .1 .0 a
    `),
    accepts: (text) => text !== '',
  },
};

const EPOCHS = ['', '0:', '00:', '1:', '01:', '2:', '10:', '2147483647:'];

/**
 * Pairs of versions that lie near each other: each is a published shape changed a little, so that most comparisons
 * are decided late. One pair in sixteen has two unrelated versions. The same seed gives the same pairs.
 */
export function versionPairs(order: 'deb' | 'rpm', seed: number, count: number): VersionPair[] {
  const random = mulberry32(seed);
  const material = MATERIAL[order];
  return Array.from({ length: count }, () => {
    const a = mutate(pick(random, material.bases), random(4), random, material);
    const start = random(16) === 0 ? pick(random, material.bases) : a;
    const b = mutate(start, 1 + random(3), random, material);
    return random(2) === 0 ? [a, b] : [b, a];
  });
}

function mutate(text: string, times: number, random: Random, material: Material): string {
  let mutant = material.accepts(text) ? text : '1';
  for (let time = 0; time < times; time++) {
    const candidate = mutateOnce(mutant, random, material);
    if (material.accepts(candidate)) mutant = candidate;
  }
  return mutant;
}

function mutateOnce(text: string, random: Random, material: Material): string {
  const at = random(text.length + 1);
  switch (random(8)) {
    case 0:
      return text.slice(0, at) + pick(random, material.pieces) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + pick(random, material.pieces) + text.slice(at + 1);
    case 3:
      return text + pick(random, material.endings);
    case 4:
      return pick(random, EPOCHS) + text.replace(/^[0-9]*:/, '');
    case 5:
      return text.replace(/[0-9]+(?=[^0-9]*$)/, (digits) => String(BigInt(digits) + 1n));
    case 6:
      return text.slice(0, at) + text.slice(at).replace(/[0-9]+/, (digits) => `0${digits}`);
    default:
      return text.replace(/-[^-]*$/, '');
  }
}

/** What dpkg compares without an error; unlike a version of this project it need not start with a digit. */
function acceptedByDpkg(text: string): boolean {
  const match = /^(?:([0-9]{1,10}):(?=[A-Za-z0-9.+~:-]))?([A-Za-z0-9.+~][A-Za-z0-9.+~:-]*)$/.exec(text);
  if (match === null || text.endsWith('-') || Number(match[1] ?? 0) > 2_147_483_647) return false;
  const rest = match[2] ?? '';
  const revision = rest.slice(rest.lastIndexOf('-') + 1);
  return (match[1] !== undefined || !rest.includes(':')) && (revision === rest || !revision.includes(':'));
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

function pick<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[random(choices.length)];
  if (choice === undefined) throw new RangeError('nothing to pick from');
  return choice;
}

/** Tommy Ettinger's 32-bit generator: small, seeded, good enough to spread test data. */
function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296) * bound);
  };
}
