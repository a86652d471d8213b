import { Scalar, stringify } from 'yaml';

/** A step of a component. */
export interface ComponentStep {
  readonly name: string;
  readonly action: string;
  readonly timeoutSeconds: number;
  readonly maxAttempts?: number;
  readonly inputs: unknown;
}

/** A component document of one phase. */
export interface ComponentDocument {
  readonly name: string;
  readonly description: string;
  readonly phase: 'build' | 'test';
  readonly steps: readonly ComponentStep[];
}

/** YAML of a component (Image Builder, "Use the AWSTOE component document framework"). */
export function componentDocument({ name, description, phase, steps }: ComponentDocument): string {
  const schemaVersion = new Scalar(1);
  schemaVersion.minFractionDigits = 1;
  return stringify({ name, description, schemaVersion, phases: [{ name: phase, steps }] }, { lineWidth: 0 });
}

/** A step that runs a script in bash. */
export function bash(name: string, script: string, timeoutSeconds = 120): ComponentStep {
  return { name, action: 'ExecuteBash', timeoutSeconds, inputs: { commands: [script] } };
}
