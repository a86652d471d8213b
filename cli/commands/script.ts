import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { readRequest } from './request-file';

/** Adds `script`: prints the patch script of a request. */
export function addScriptCommand(program: Command): Command {
  return program
    .command('script')
    .description('Print the patch script that a request renders to.')
    .requiredOption('--request <file>', 'JSON: {ecosystem, platform, targets: [{package, floor}]}')
    .option('--json', 'print {"script"}')
    .addHelpText('after', '\nExample:\n  golden-images script --request request.json | shellcheck -')
    .action(async (options: { request: string; json?: true }) => {
      const { ecosystem, releasever, removable, targets } = await readRequest(options.request);
      const planned = targets.map(({ package: name, floor, source }) => ({
        package: name,
        floor,
        action: removable.includes(name) ? ('remove' as const) : ('upgrade' as const),
        ...(source !== undefined && { source }),
      }));
      const script = ecosystem.renderScript({
        image: 'request',
        planHash: createHash('sha256').update(JSON.stringify(planned)).digest('hex'),
        attempt: 1,
        targets: planned,
        ...(releasever !== undefined && { releasever }),
      });
      process.stdout.write(options.json ? `${JSON.stringify({ script })}\n` : script);
    });
}
