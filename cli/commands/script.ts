import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { REQUEST_HELP, readRequest } from './request-file';

/** Adds `script`: prints the patch script of a request. */
export function addScriptCommand(program: Command): Command {
  return program
    .command('script')
    .description('Print the patch script that a request renders to.')
    .requiredOption('--request <file>', 'JSON: {ecosystem, platform, targets: [{package, floor}]}')
    .option('--json', 'print {"script"}')
    .addHelpText(
      'after',
      `${REQUEST_HELP}

Removable targets are removed, or upgraded where others need them; an installed package of a target's first replacement is
patched like the target. The rest is for vet.

Example:
  golden-images script --request request.json | shellcheck -`,
    )
    .action(async (options: { request: string; json?: true }) => {
      const { ecosystem, releasever, removable, targets } = await readRequest(options.request);
      const planned = targets.map(({ package: name, floor, source, replacements }) => ({
        package: name,
        floor,
        action: removable.includes(name) ? ('remove' as const) : ('upgrade' as const),
        ...(source !== undefined && { source }),
        ...(replacements?.[0] !== undefined && { replacedBy: replacements[0] }),
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
