import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkStack } from './terraform/check-stack';

/** Where `npm run synth` leaves the stacks. */
const OUTPUT = 'cdktf.out';

/**
 * Has the real AWS provider plan every stack that `npm run synth` wrote, without an account: `npm run terraform-check`. Exit
 * code 1 where one is refused.
 */
async function main(): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(OUTPUT, 'manifest.json'), 'utf8')) as {
    stacks: Record<string, object>;
  };
  for (const stack of Object.keys(manifest.stacks)) {
    const check = await checkStack(join(OUTPUT, 'stacks', stack));
    if (check.ok) {
      process.stdout.write(`${stack}: ${check.toAdd} resources, planned by hashicorp/aws ${check.provider}\n`);
      continue;
    }
    process.stdout.write(`${stack}: terraform ${check.step} refuses it\n${check.said}\n`);
    process.exitCode = 1;
  }
}

void main();
