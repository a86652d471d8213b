import { z } from 'zod';

/** `manifest.json`, which CDKTF leaves beside `stacks/`: the stacks of the last synthesis by name, and the folder of each. */
export const stackManifest = z.object({
  stacks: z.record(z.string(), z.object({ workingDirectory: z.string() })),
});
