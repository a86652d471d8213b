import type { FunctionEntry } from './function-entry';
import { generatePatch } from './functions/generate-patch';
import { ingestFinding } from './functions/ingest-finding';
import { signalRebuild } from './functions/signal-rebuild';
import { startBuild } from './functions/start-build';

/** The functions. One more: a folder below `functions/` with a `handler.ts`, and an entry here. */
export const FUNCTIONS: readonly FunctionEntry[] = [ingestFinding, generatePatch, signalRebuild, startBuild];
