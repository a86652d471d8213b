import type { Construct } from 'constructs';
import type { LambdaFunction } from '../../modules/lambda-function/lambda-function';
import type { SharedResources } from './shared-resources';

/** A function: its settings, and what it is connected to. */
export interface FunctionEntry {
  /** Folder below `functions/`, and name of its zip. */
  readonly name: string;
  readonly description: string;
  /** Seconds. */
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** Variables beside those that every function has (functions/shared/environment.ts). */
  readonly variables: (shared: SharedResources) => Readonly<Record<string, string>>;
  /** Gives it its rights, its triggers and the alarms on them. */
  readonly connect: (scope: Construct, target: LambdaFunction, shared: SharedResources) => void;
}
