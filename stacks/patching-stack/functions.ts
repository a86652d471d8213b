import type { FunctionEntry } from './function-entry';
import { generatePatch } from './functions/generate-patch';
import { ingestFinding } from './functions/ingest-finding';
import { reconcileFindings } from './functions/reconcile-findings';
import { signalRebuild } from './functions/signal-rebuild';
import { startBuild } from './functions/start-build';
import { trackBuild } from './functions/track-build';

/** The functions. One more: a folder below `functions/` with a `handler.ts`, and an entry here. */
export const FUNCTIONS: readonly FunctionEntry[] = [
  ingestFinding,
  generatePatch,
  signalRebuild,
  startBuild,
  trackBuild,
  reconcileFindings,
];
