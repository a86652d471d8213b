import type { DockerfileInstruction } from './dockerfile-instructions';

/** A stage of a Dockerfile. */
export interface DockerfileStage {
  readonly from: DockerfileInstruction;
  /** What it is made FROM, as it is written. */
  readonly base: string;
  /** The stage that the base names; none where it is an image. */
  readonly above: DockerfileStage | undefined;
  /** What comes after its FROM. */
  readonly instructions: readonly DockerfileInstruction[];
}

/** `[--platform=…] <base> [AS <name>]`; the base may be a placeholder of Image Builder, which has spaces. */
const FROM_VALUE = /^(?:--\S+\s+)*(?<base>\{\{\{[^}]*\}\}\}|\S+)(?:\s+AS\s+(?<name>\S+))?/i;

/** The stages of a Dockerfile. Their names are not case-sensitive (Dockerfile reference, FROM). */
export function dockerfileStages(instructions: readonly DockerfileInstruction[]): readonly DockerfileStage[] {
  const stages: (DockerfileStage & { readonly instructions: DockerfileInstruction[] })[] = [];
  const byName = new Map<string, DockerfileStage>();
  for (const instruction of instructions) {
    if (instruction.keyword !== 'FROM') {
      stages.at(-1)?.instructions.push(instruction);
      continue;
    }
    const { base = '', name } = FROM_VALUE.exec(instruction.value)?.groups ?? {};
    const stage = { from: instruction, base, above: byName.get(base.toLowerCase()), instructions: [] };
    stages.push(stage);
    if (name !== undefined) byName.set(name.toLowerCase(), stage);
  }
  return stages;
}

/** A stage and those that it is made from, up to the one that is made from an image. */
export function lineage(stage: DockerfileStage): readonly DockerfileStage[] {
  return [stage, ...(stage.above === undefined ? [] : lineage(stage.above))];
}

/** The instructions of one kind that a line of a stage stands under, its own stage's and those of its lineage: the nearest first. */
export function instructionsAbove(
  stage: DockerfileStage,
  line: number,
  keyword: string,
): readonly DockerfileInstruction[] {
  return lineage(stage).flatMap(({ instructions }) =>
    instructions
      .filter((one) => one.keyword === keyword && (one.start < line || stage.instructions !== instructions))
      .toReversed(),
  );
}
