import type { PropProblem } from '../validation';
import { problemIf } from '../validation';

/** How the patch gets into the image. */
export type Injection = 'staged' | 'inline';

/** What a Dockerfile is made of. */
export interface DockerfileProps {
  readonly injection: Injection;
  /**
   * Text of an own template.
   *
   * @default the parent and the patch
   */
  readonly template?: string;
  /**
   * USER of the image.
   *
   * @default that of the template, else root
   */
  readonly user?: string;
  /**
   * WORKDIR of the image.
   *
   * @default as it was; inline that of the template, else /
   */
  readonly workdir?: string;
}

/** The line of a template where the patch goes. */
export const PATCH_MARKER = '# golden-images: patch';
/** What Image Builder puts the parent's reference in for. */
const PARENT = '{{{ imagebuilder:parentImage }}}';
const DEFAULT_TEMPLATE = `FROM ${PARENT}\n${PATCH_MARKER}\n`;

/** Where the component leaves the script, in the stage or in the image. */
export const FETCHED_SCRIPT = '/opt/golden-images-patch.sh';
/** Where the final stage has it for the length of its run; the root of a file system is always there. */
const STAGED_SCRIPT = '/golden-images-patch.sh';
const STAGE = 'golden-images-fetch';
/** Image of the throwaway stage: one that Image Builder's components can be installed in. */
const STAGE_IMAGE = 'public.ecr.aws/amazonlinux/amazonlinux:2023';
/** Most characters of `dockerfileTemplateData` (Image Builder API, CreateContainerRecipe). */
const CHARACTER_LIMIT = 16_000;

/** `FROM [--platform=…] <base> [AS <name>]`; the base may be a placeholder of Image Builder, which has spaces. */
const FROM_LINE = /^\s*FROM\s+(?:--\S+\s+)*(?<base>\{\{\{[^}]*\}\}\}|\S+)(?:\s+AS\s+(?<name>\S+))?/i;

const COMPONENTS = ['{{{ imagebuilder:environments }}}', '{{{ imagebuilder:components }}}'];

/**
 * The Dockerfile of a golden image, not escaped for Terraform. A patch needs root, and Image Builder's components set WORKDIR
 * and run as USER, so these are set around them, and back to what the contract says, or to what the template had said before.
 */
export function renderDockerfile(props: DockerfileProps): string {
  const { injection, template = DEFAULT_TEMPLATE } = props;
  const lines = template.split('\n');
  const marker = lines.findIndex(isMarker);
  const user = props.user ?? lastOf(lines, marker, 'USER') ?? 'root';
  const workdir = props.workdir ?? (injection === 'inline' ? (lastOf(lines, marker, 'WORKDIR') ?? '/') : undefined);
  const back = [`USER ${user}`, ...(workdir === undefined ? [] : [`WORKDIR ${workdir}`])];
  if (injection === 'inline') lines.splice(marker, 1, 'USER root', ...COMPONENTS, ...back);
  else {
    lines.splice(
      marker,
      1,
      'USER root',
      `COPY --from=${STAGE} ${FETCHED_SCRIPT} ${STAGED_SCRIPT}`,
      `RUN ["/bin/sh", "-c", "/bin/sh ${STAGED_SCRIPT} && rm -f ${STAGED_SCRIPT}"]`,
      ...back,
    );
    // Before the first stage, and after ARGs and parser directives, which must come first of all.
    lines.splice(lines.findIndex(isFrom), 0, `FROM ${STAGE_IMAGE} AS ${STAGE}`, 'USER root', ...COMPONENTS, '');
  }
  return lines.join('\n');
}

/** True where a template names the USER that its image has, before the patch or after it. */
export function namesUser(template: string): boolean {
  const lines = template.split('\n');
  return (
    lastOf(lines, lines.findIndex(isMarker), 'USER') !== undefined || lastOf(lines, lines.length, 'USER') !== undefined
  );
}

/** Argument of the last instruction of a kind before a line, in the stage of that line, or else in the one that it is made from. */
function lastOf(lines: readonly string[], before: number, instruction: 'USER' | 'WORKDIR'): string | undefined {
  const from = lines.slice(0, before).findLastIndex(isFrom);
  const pattern = new RegExp(`^\\s*${instruction}\\s+(\\S.*?)\\s*$`, 'i');
  const own = lines
    .slice(from + 1, before)
    .map((line) => pattern.exec(line)?.[1])
    .findLast((found) => found !== undefined);
  if (own !== undefined || from < 0) return own;
  const base = FROM_LINE.exec(lines[from] ?? '')?.groups?.['base']?.toLowerCase();
  const above = lines
    .slice(0, from)
    .findLastIndex((line) => FROM_LINE.exec(line)?.groups?.['name']?.toLowerCase() === base);
  if (above < 0) return undefined;
  const end = lines.findIndex((line, index) => index > above && isFrom(line));
  return lastOf(lines, end, instruction);
}

/** What is wrong with an own template. */
export function dockerfileProblems(props: DockerfileProps): readonly PropProblem[] {
  const { template = DEFAULT_TEMPLATE } = props;
  const lines = template.split('\n');
  const markers = lines.filter(isMarker).length;
  const marker = lines.findIndex(isMarker);
  const parent = lines.findIndex((line) => isFrom(line) && line.includes(PARENT));
  const problems = [
    ...problemIf(
      markers !== 1,
      'dockerfile',
      `must have the line "${PATCH_MARKER}" once, where the patch goes; it is there ${markers} times`,
    ),
    ...problemIf(parent < 0, 'dockerfile', `must have a stage "FROM ${PARENT}": the patch would run on something else`),
    ...problemIf(
      markers === 1 && marker < lines.findIndex(isFrom),
      'dockerfile',
      `has the line "${PATCH_MARKER}" before its first FROM`,
    ),
    ...problemIf(
      /\{\{\{\s*imagebuilder:(?:components|environments)\s*\}\}\}/.test(template),
      'dockerfile',
      'must not place imagebuilder:components or imagebuilder:environments: they go where the patch goes',
    ),
    ...problemIf(template.includes('\r'), 'dockerfile', 'has carriage returns: save it with line feeds alone'),
  ];
  if (problems.length > 0) return problems;
  const { length } = renderDockerfile(props);
  return problemIf(
    length > CHARACTER_LIMIT,
    'dockerfile',
    `makes a Dockerfile of ${length} characters, and EC2 Image Builder takes ${CHARACTER_LIMIT}: COPY long files from an image of their own`,
  );
}

function isMarker(line: string): boolean {
  return line.trim() === PATCH_MARKER;
}

function isFrom(line: string): boolean {
  return /^\s*FROM\s/i.test(line);
}
