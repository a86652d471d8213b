import type { PropProblem } from '../validation';
import { problemIf } from '../validation';
import type { DockerfileProps } from './dockerfile';
import { DEFAULT_TEMPLATE, renderDockerfile } from './dockerfile';
import type { DockerfileInstruction } from './dockerfile-instructions';
import { lineage } from './dockerfile-stages';
import type { DockerfileTemplate } from './dockerfile-template';
import { PARENT, PATCH_MARKER, isAbsolute, readTemplate, settingsBefore } from './dockerfile-template';

/** Most characters of `dockerfileTemplateData` (Image Builder API, CreateContainerRecipe). */
const CHARACTER_LIMIT = 16_000;
/** Flags that name a stage by its number. */
const NUMBERED: ReadonlyMap<string, RegExp> = new Map([
  ['COPY', /^--from=["']?\d+["']?$/i],
  ['RUN', /^--mount=(?:.*,)?["']?from=["']?\d+["']?(?:,|$)/i],
]);

/** What is wrong with an own template. */
export function dockerfileProblems(props: DockerfileProps): readonly PropProblem[] {
  const text = props.template ?? DEFAULT_TEMPLATE;
  const template = readTemplate(text);
  const problems = [...placeProblems(template), ...textProblems(text)];
  if (problems.length > 0) return problems;
  const meaning = [...stageProblems(template), ...numberProblems(props, template), ...settingProblems(props, template)];
  if (meaning.length > 0) return meaning;
  const { length } = renderDockerfile(props);
  return problemOf(
    length > CHARACTER_LIMIT,
    `makes a Dockerfile of ${length} characters, and EC2 Image Builder takes ${CHARACTER_LIMIT}: COPY long files from an image of their own`,
  );
}

/** Where the marker and the parent are. */
function placeProblems({ markers, instructions, stages }: DockerfileTemplate): readonly PropProblem[] {
  const [marker = 0] = markers;
  const around = instructions.find(({ start, end }) => start < marker && marker < end);
  return [
    ...problemOf(
      markers.length !== 1,
      `must have the line "${PATCH_MARKER}" once, where the patch goes; it is there ${markers.length} times`,
    ),
    ...problemOf(
      !stages.some(({ base }) => base === PARENT),
      `must have a stage "FROM ${PARENT}": the patch would run on something else`,
    ),
    ...problemOf(
      markers.length === 1 && marker < (stages[0]?.from.start ?? -1),
      `has the line "${PATCH_MARKER}" before its first FROM`,
    ),
    ...problemOf(
      markers.length === 1 && around !== undefined,
      `has the line "${PATCH_MARKER}" within the ${around?.keyword ?? ''} of line ${(around?.start ?? 0) + 1}, which goes on after it: put the line between two instructions`,
    ),
  ];
}

function textProblems(text: string): readonly PropProblem[] {
  return [
    ...problemOf(
      /\{\{\{\s*imagebuilder:(?:components|environments)\s*\}\}\}/.test(text),
      'must not place imagebuilder:components or imagebuilder:environments: they go where the patch goes',
    ),
    ...problemOf(text.includes('\r'), 'has carriage returns: save it with line feeds alone'),
  ];
}

/** The patch has to be in the image, and on the parent: builders skip a stage that nothing needs. */
function stageProblems({ stages, patched }: DockerfileTemplate): readonly PropProblem[] {
  const last = stages.at(-1);
  if (patched === undefined || last === undefined) return [];
  const isInImage = lineage(last).includes(patched);
  const { base, from } = lineage(isInImage ? patched : last).at(-1) ?? last;
  if (base.includes('$'))
    return problemOf(
      true,
      `has ${said(from)}, and what the variable stands for is not known here: write the name of the stage, or FROM ${PARENT}, so that the patch is seen to be in the image`,
    );
  return [
    ...problemOf(
      !isInImage,
      `has the line "${PATCH_MARKER}" in a stage that its image is not made from, ${said(patched.from)}: the patch would not run, or not be in the image; put the line into the last stage, ${said(last.from)}, or into one that it is made FROM`,
    ),
    ...problemOf(
      isInImage && base !== PARENT,
      `has the line "${PATCH_MARKER}" in a stage that is not made from the parent, but ${said(from)}: put the line into a stage FROM ${PARENT}, or make that stage of it`,
    ),
  ];
}

/** A staged patch has a stage of its own before all others, which makes their numbers one higher. */
function numberProblems({ injection }: DockerfileProps, { instructions }: DockerfileTemplate): readonly PropProblem[] {
  const counted = instructions.flatMap((one) => {
    const flags = /^(?:--\S+\s+)*/.exec(one.value)?.[0].match(/\S+/g) ?? [];
    return flags
      .filter((flag) => NUMBERED.get(one.keyword)?.test(flag))
      .map((flag) => `${one.keyword} ${flag} (line ${one.start + 1})`);
  });
  return problemOf(
    injection === 'staged' && counted.length > 0,
    `counts its stages in ${counted.join(', ')}, and the stage that a staged patch is fetched in comes before them all: name the stage (FROM … AS build) and copy from its name (--from=build)`,
  );
}

/** What is set again after the patch must mean there what it meant before. */
function settingProblems(props: DockerfileProps, template: DockerfileTemplate): readonly PropProblem[] {
  const { user, workdirs } = settingsBefore(template);
  const users = props.user === undefined && user !== undefined ? [user] : [];
  const directories = props.injection === 'inline' && props.workdir === undefined ? workdirs : [];
  const isRelative = directories[0] !== undefined && !isAbsolute(directories[0]);
  const unknown = [...users, ...(isRelative ? [] : directories)].filter((one) => !isSameAtPatch(one, template));
  return [
    ...unknown.flatMap((one) =>
      problemOf(
        true,
        `has ${said(one)}, to be set again after the patch, where the variable may stand for something else: write what it stands for, or say it as contract.${one.keyword.toLowerCase()}, e.g. contract: ${one.keyword === 'USER' ? "{ user: '1001' }" : '{ workdir: /srv/app }'}`,
      ),
    ),
    ...problemOf(
      isRelative,
      `has ${directories[0] === undefined ? '' : said(directories[0])}, to be set again after the patch, and not said from / on: write all of it, or say it as contract.workdir, e.g. contract: { workdir: /srv/app }`,
    ),
  ];
}

/** True where the variables of an instruction are set alike where the patch is: in the same stage, and not set in between. */
function isSameAtPatch({ value, end }: DockerfileInstruction, { patched, markers }: DockerfileTemplate): boolean {
  if (!value.includes('$')) return true;
  if (patched === undefined || end <= patched.from.start) return false;
  const names = [...value.matchAll(/\$\{?(?<name>\w+)/g)].map(([, name = '']) => name);
  return !patched.instructions.some(
    (one) =>
      (one.keyword === 'ARG' || one.keyword === 'ENV') &&
      one.start >= end &&
      one.start < (markers[0] ?? 0) &&
      names.some((name) => new RegExp(String.raw`\b${name}\b`).test(one.value)),
  );
}

/** An instruction as it is written, and where. */
function said({ keyword, value, start }: DockerfileInstruction): string {
  return `"${keyword} ${value}" (line ${start + 1})`;
}

function problemOf(wrong: boolean, message: string): readonly PropProblem[] {
  return problemIf(wrong, 'dockerfile', message);
}
