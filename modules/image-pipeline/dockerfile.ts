import type { DockerfileTemplate } from './dockerfile-template';
import { PARENT, PATCH_MARKER, readTemplate, settingsBefore } from './dockerfile-template';

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

/** The template of an image that has none of its own. */
export const DEFAULT_TEMPLATE = `FROM ${PARENT}\n${PATCH_MARKER}\n`;

/** Where the component leaves the script, in the stage or in the image. */
export const FETCHED_SCRIPT = '/opt/golden-images-patch.sh';
/** Where the final stage has it for the length of its run; the root of a file system is always there. */
const STAGED_SCRIPT = '/golden-images-patch.sh';
const STAGE = 'golden-images-fetch';
/** Image of the throwaway stage: one that Image Builder's components can be installed in. */
const STAGE_IMAGE = 'public.ecr.aws/amazonlinux/amazonlinux:2023';

const COMPONENTS = ['{{{ imagebuilder:environments }}}', '{{{ imagebuilder:components }}}'];

/**
 * The Dockerfile of a golden image, not escaped for Terraform. A patch needs root, and Image Builder's components set WORKDIR
 * and run as USER, so these are set around them, and back to what the contract says, or to what the template had said before.
 * @param props with a template that `dockerfileProblems` finds nothing wrong with
 */
export function renderDockerfile(props: DockerfileProps): string {
  const template = readTemplate(props.template ?? DEFAULT_TEMPLATE);
  const [marker = 0] = template.markers;
  const before = template.lines.slice(0, marker);
  const after = [...settingsAfter(props, template), ...template.lines.slice(marker + 1)];
  if (props.injection === 'inline') return [...before, 'USER root', ...COMPONENTS, ...after].join('\n');
  // Before the first stage, and after ARGs and parser directives, which must come first of all.
  const first = template.stages[0]?.from.start ?? 0;
  return [
    ...before.slice(0, first),
    ...[`FROM ${STAGE_IMAGE} AS ${STAGE}`, 'USER root', ...COMPONENTS, ''],
    ...before.slice(first),
    'USER root',
    `COPY --from=${STAGE} ${FETCHED_SCRIPT} ${STAGED_SCRIPT}`,
    `RUN ["/bin/sh", "-c", "/bin/sh ${STAGED_SCRIPT} && rm -f ${STAGED_SCRIPT}"]`,
    ...after,
  ].join('\n');
}

/** Sets the user and the directory back after the patch. */
function settingsAfter(props: DockerfileProps, template: DockerfileTemplate): readonly string[] {
  const { user, workdirs } = settingsBefore(template);
  const own = workdirs.length === 0 ? ['/'] : workdirs.map(({ value }) => value);
  const unsaid = props.injection === 'inline' ? own : [];
  const directories = props.workdir === undefined ? unsaid : [props.workdir];
  return [`USER ${props.user ?? user?.value ?? 'root'}`, ...directories.map((directory) => `WORKDIR ${directory}`)];
}
