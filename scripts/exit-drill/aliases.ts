import { z } from 'zod';

/** What takes cdktf's place: the community's fork, under npm aliases, so that no line of source changes (docs/adr/0007). */
export const FORK: Readonly<Record<string, string>> = {
  cdktf: 'npm:cdktn@0.24.0',
  '@cdktf/provider-aws': 'npm:@cdktn/provider-aws@25.7.0',
  cdktn: '0.24.0',
  constructs: '10.6.0',
};

/** What only the old one has: its CLI is not needed to synthesize, and would bring the original back. */
const WITHOUT: ReadonlySet<string> = new Set(['cdktf-cli']);

const manifest = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

/** The text of a `package.json` in which the fork stands under the names that this project imports. */
export function withFork(text: string): string {
  const { dependencies, devDependencies, ...rest } = manifest.parse(JSON.parse(text));
  const kept = Object.entries({ ...devDependencies }).filter(([name]) => !WITHOUT.has(name) && !(name in FORK));
  return `${JSON.stringify({ ...rest, dependencies: { ...dependencies, ...FORK }, devDependencies: Object.fromEntries(kept) }, null, 2)}\n`;
}
