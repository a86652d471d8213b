import { dockerfileProblems } from '../../modules/image-pipeline/dockerfile-problems';
import type { DockerfileProps } from '../../modules/image-pipeline/dockerfile';

const PARENT = 'FROM {{{ imagebuilder:parentImage }}}';
const MARKER = '# golden-images: patch';

function problemsOf(
  lines: readonly string[],
  props: Partial<Omit<DockerfileProps, 'template'>> = {},
): readonly string[] {
  return dockerfileProblems({ injection: 'staged', ...props, template: lines.join('\n') }).map(
    ({ prop, message }) => `${prop} ${message}`,
  );
}

describe('stages by their number', () => {
  it.each([
    ['COPY --from=0 /a /a', 'COPY --from=0'],
    ['copy --chown=1:1 --from="0" /a /a', 'COPY --from="0"'],
    ['COPY --link \\\n --from=0 /a /a', 'COPY --from=0'],
    ['RUN --mount=type=bind,from=0,target=/m true', 'RUN --mount=type=bind,from=0,target=/m'],
    ['RUN --mount=from=0 true', 'RUN --mount=from=0'],
  ])('%j: not with a stage before them all', (line, said) => {
    const lines = ['FROM golang:1.24 AS build', 'RUN make', PARENT, line, MARKER];
    expect(problemsOf(lines)).toEqual([
      `dockerfile counts its stages in ${said} (line 4), and the stage that a staged patch is fetched in comes before them all: name the stage (FROM … AS build) and copy from its name (--from=build)`,
    ]);
    expect(problemsOf(lines, { injection: 'inline' })).toEqual([]);
  });

  it.each([
    'COPY --from=build /0 /0',
    'COPY --from=0day /a /a',
    'RUN --mount=type=bind,from=build,source=/0 true',
    'RUN tar --from=0',
    'ONBUILD COPY --from=0 /a /a',
    '# COPY --from=0 /a /a',
    'COPY <<EOF /a\nCOPY --from=0 /b /b\nEOF',
  ])('%j has none of this build', (line) => {
    expect(problemsOf(['FROM golang:1.24 AS build', PARENT, line, MARKER])).toEqual([]);
  });
});

describe('the patched stage', () => {
  it.each([
    ['the last', ['FROM golang AS build', PARENT, 'COPY --from=build /a /a', MARKER]],
    ['one that the last is made from', [`${PARENT} AS base`, MARKER, 'FROM base', 'RUN a']],
    [
      'one further up, in other letters',
      [`${PARENT} AS Base`, MARKER, 'FROM --platform=linux/amd64 BASE as mid', 'FROM x AS y', 'from MID'],
    ],
    ['made from one that is made from the parent', [`${PARENT} AS base`, 'RUN a', 'FROM base', MARKER]],
    ['one beside another of a variable', ['ARG V=1', 'FROM golang:${V} AS build', PARENT, MARKER]],
    ['the later of two of one name', ['FROM debian AS base', `${PARENT} AS base`, 'FROM base', MARKER]],
  ])('is %s', (_what, lines) => {
    expect(problemsOf(lines)).toEqual([]);
  });

  const outside = (stage: string, last: string): string =>
    `dockerfile has the line "${MARKER}" in a stage that its image is not made from, ${stage}: the patch would not run, or not be in the image; put the line into the last stage, ${last}, or into one that it is made FROM`;
  it.each([
    [
      'skipped',
      ['FROM golang AS build', MARKER, PARENT, 'RUN a'],
      outside('"FROM golang AS build" (line 1)', `"${PARENT}" (line 3)`),
    ],
    [
      'skipped, though it is made from the parent',
      [`${PARENT} AS base`, 'FROM base AS tools', MARKER, 'FROM base'],
      outside('"FROM base AS tools" (line 2)', '"FROM base" (line 4)'),
    ],
    [
      'only copied from',
      [`${PARENT} AS build`, MARKER, PARENT, 'COPY --from=build /a /a'],
      outside(`"${PARENT} AS build" (line 1)`, `"${PARENT}" (line 3)`),
    ],
    [
      'named only after the last',
      ['FROM base', 'FROM debian', `${PARENT} AS base`, MARKER, 'FROM bas'],
      outside(`"${PARENT} AS base" (line 3)`, '"FROM bas" (line 5)'),
    ],
    [
      'not made from the parent',
      [`${PARENT} AS base`, 'FROM debian:12 AS other', 'FROM other', MARKER],
      `dockerfile has the line "${MARKER}" in a stage that is not made from the parent, but "FROM debian:12 AS other" (line 2): put the line into a stage ${PARENT}, or make that stage of it`,
    ],
    [
      'out of sight of the last',
      ['ARG B=base', `${PARENT} AS base`, MARKER, 'FROM ${B}'],
      `dockerfile has "FROM \${B}" (line 4), and what the variable stands for is not known here: write the name of the stage, or ${PARENT}, so that the patch is seen to be in the image`,
    ],
    [
      'out of sight of the parent',
      ['ARG B=base', `${PARENT} AS base`, 'FROM $B AS x', 'FROM x', MARKER],
      `dockerfile has "FROM $B AS x" (line 3), and what the variable stands for is not known here: write the name of the stage, or ${PARENT}, so that the patch is seen to be in the image`,
    ],
  ])('must not be %s', (_what, lines, problem) => {
    expect(problemsOf(lines)).toEqual([problem]);
    expect(problemsOf(lines, { injection: 'inline', user: 'app', workdir: '/' })).toEqual([problem]);
  });
});

it.each([
  ['a RUN that goes on', ['RUN a \\', MARKER, ' && b'], 'RUN'],
  ['a RUN that goes on after an empty line', ['RUN a \\', '', MARKER, ' && b'], 'RUN'],
  ['a heredoc', ['copy <<EOF /a', MARKER, 'EOF'], 'COPY'],
])('the marker must not be within %s', (_what, lines, keyword) => {
  expect(problemsOf([PARENT, ...lines])).toEqual([
    `dockerfile has the line "${MARKER}" within the ${keyword} of line 2, which goes on after it: put the line between two instructions`,
  ]);
  expect(problemsOf([PARENT, ...lines.filter((line) => line !== MARKER), MARKER, 'RUN b'])).toEqual([]);
});

describe('a user of a variable', () => {
  const again = (said: string): string =>
    `dockerfile has "USER ${said}, to be set again after the patch, where the variable may stand for something else: write what it stands for, or say it as contract.user, e.g. contract: { user: '1001' }`;
  it.each([
    ['of another stage', [`${PARENT} AS base`, 'ARG U=app', 'USER $U', 'FROM base', MARKER], [again('$U" (line 3)')]],
    ['that is set anew', [PARENT, 'ARG U=a', 'USER ${U}', 'ENV U=b', MARKER], [again('${U}" (line 3)')]],
    ['that is set anew after the patch', [PARENT, 'ARG U=a', 'USER ${U}', 'ENV V=b', MARKER, 'ENV U=b'], []],
    ['that is overridden', [`${PARENT} AS base`, 'USER $U', 'FROM base', 'USER app', MARKER], []],
    ['of a stage without a part in the image', ['FROM debian AS base', 'USER $U', PARENT, MARKER], []],
  ])('%s', (_what, lines, problems) => {
    expect(problemsOf(lines)).toEqual(problems);
    expect(problemsOf(lines, { user: 'app' })).toEqual([]);
  });
});

describe('a directory, inline', () => {
  const inline = { injection: 'inline' } as const;
  it.each([
    [
      'of a variable of another stage',
      [`${PARENT} AS base`, 'ENV D=d', 'WORKDIR /srv/$D', 'FROM base', MARKER],
      '/srv/$D" (line 3), to be set again after the patch, where the variable may stand for something else: write what it stands for',
    ],
    [
      'that goes on from the parent’s',
      [PARENT, 'RUN a', 'WORKDIR app', MARKER],
      'app" (line 3), to be set again after the patch, and not said from / on: write all of it',
    ],
    [
      'that may go on from the parent’s',
      [PARENT, 'ENV D=/d', 'WORKDIR $D', MARKER],
      '$D" (line 3), to be set again after the patch, and not said from / on: write all of it',
    ],
  ])('%s', (_what, lines, problem) => {
    expect(problemsOf(lines, inline)).toEqual([
      `dockerfile has "WORKDIR ${problem}, or say it as contract.workdir, e.g. contract: { workdir: /srv/app }`,
    ]);
    expect(problemsOf(lines, { ...inline, workdir: '/srv/d' })).toEqual([]);
    expect(problemsOf(lines)).toEqual([]);
  });

  it('that goes on from one that is known', () => {
    expect(
      problemsOf([`${PARENT} AS base`, 'WORKDIR /srv', 'FROM base', 'ENV D=d', 'WORKDIR $D', MARKER], inline),
    ).toEqual([]);
  });
});
