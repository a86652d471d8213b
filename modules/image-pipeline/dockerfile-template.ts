import type { DockerfileInstruction } from './dockerfile-instructions';
import { dockerfileInstructions } from './dockerfile-instructions';
import type { DockerfileStage } from './dockerfile-stages';
import { dockerfileStages, instructionsAbove } from './dockerfile-stages';

/** The line of a template where the patch goes. */
export const PATCH_MARKER = '# golden-images: patch';
/** What Image Builder puts the parent's reference in for. */
export const PARENT = '{{{ imagebuilder:parentImage }}}';

/** A template, read. */
export interface DockerfileTemplate {
  readonly lines: readonly string[];
  readonly instructions: readonly DockerfileInstruction[];
  readonly stages: readonly DockerfileStage[];
  /** Lines that are the marker, counted from 0, also where they are within an instruction. */
  readonly markers: readonly number[];
  /** The stage that has the first marker. */
  readonly patched: DockerfileStage | undefined;
}

/** What a template sets before the patch, and has to set again after it. */
export interface TemplateSettings {
  /** The USER that the patch stands under. */
  readonly user: DockerfileInstruction | undefined;
  /** The WORKDIRs that the patch stands under, from the last on that begins with `/`: a relative one goes on from it. */
  readonly workdirs: readonly DockerfileInstruction[];
}

/** Reads a template, right or wrong. */
export function readTemplate(text: string): DockerfileTemplate {
  const lines = text.split('\n');
  const instructions = dockerfileInstructions(lines);
  const stages = dockerfileStages(instructions);
  const markers = lines.flatMap((line, index) => (line.trim() === PATCH_MARKER ? [index] : []));
  const patched = stages.findLast(({ from }) => from.start < (markers[0] ?? 0));
  return { lines, instructions, stages, markers, patched };
}

/** What a template sets before the patch. */
export function settingsBefore({ markers, patched }: DockerfileTemplate): TemplateSettings {
  const [marker] = markers;
  if (marker === undefined || patched === undefined) return { user: undefined, workdirs: [] };
  const workdirs = instructionsAbove(patched, marker, 'WORKDIR');
  const absolute = workdirs.findIndex(isAbsolute);
  return {
    user: instructionsAbove(patched, marker, 'USER')[0],
    workdirs: workdirs.slice(0, absolute < 0 ? workdirs.length : absolute + 1).toReversed(),
  };
}

/** True where a WORKDIR does not go on from the one before it. */
export function isAbsolute({ value }: DockerfileInstruction): boolean {
  return /^["']?\//.test(value);
}

/** True where a template names the USER that its image has, before the patch or after it. */
export function namesUser(text: string): boolean {
  const template = readTemplate(text);
  const last = template.stages.at(-1);
  return (
    settingsBefore(template).user !== undefined ||
    (last !== undefined && instructionsAbove(last, template.lines.length, 'USER').length > 0)
  );
}
