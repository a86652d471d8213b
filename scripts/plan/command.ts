import { Command, CommanderError, Option } from 'commander';
import { createColors } from 'picocolors';
import { reportError } from '../../cli/output/report-error';
import { printable, printableJson } from '../../cli/output/printable';
import { readPlans } from './read-plans';
import { renderMarkdown } from './render-markdown';
import { renderText } from './render-text';
import { lossesOf, summarizePlan } from './summarize';
import type { StackPlan } from './terraform-plan';
import { planStacks } from './terraform-plan';

/** Exit codes, like those of `terraform plan -detailed-exitcode`: 2 is not an error, but somebody has to look. */
export const PLAN_EXIT = { ok: 0, error: 1, loss: 2 } as const;

interface PlanArguments {
  readonly summary?: true;
  readonly from?: string[];
  readonly stack?: string[];
  readonly output: string;
  readonly destroy?: true;
  readonly allowDestroy?: true;
  readonly markdown?: true;
  readonly json?: true;
}

/** Where a run writes to. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether what goes to `out` may be coloured. */
  readonly color: boolean;
}

/**
 * Runs `npm run plan`.
 * @param argv the arguments alone
 * @returns the exit code
 */
export async function runPlan(argv: readonly string[], streams: Streams): Promise<number> {
  try {
    const options = parseArguments(argv, streams);
    const summaries = (await plansFor(options, streams)).map(({ stack, plan }) => summarizePlan(stack, plan));
    const losses = lossesOf(summaries);
    if (options.json === true)
      streams.out(`${printableJson(JSON.stringify({ losses, stacks: summaries }, null, 2))}\n`);
    else if (options.markdown === true) streams.out(renderMarkdown(summaries));
    else streams.out(renderText(summaries, createColors(streams.color)));
    if (losses.length === 0 || options.allowDestroy === true) return PLAN_EXIT.ok;
    streams.err(`${losses.length} stateful resources would be lost, see above. If that is meant: --allow-destroy\n`);
    return PLAN_EXIT.loss;
  } catch (error) {
    return reportError(error, false) === 0 && error instanceof CommanderError ? PLAN_EXIT.ok : PLAN_EXIT.error;
  }
}

async function plansFor(options: PlanArguments, { err }: Streams): Promise<readonly StackPlan[]> {
  const { from, stack, output, destroy = false, summary } = options;
  if (from !== undefined) return readPlans(from);
  return await planStacks({
    output,
    destroy,
    ...(stack !== undefined && { stacks: stack }),
    ...(summary === undefined && {
      onLine: (line: string) => {
        err(`${printable(line)}\n`);
      },
    }),
  });
}

function parseArguments(argv: readonly string[], { out, err }: Streams): PlanArguments {
  const command = new Command('npm run plan --')
    .description(
      'Says what terraform would create, change, replace and destroy, by stack and golden image; what would lose data first.',
    )
    .option('--summary', "print the summary alone, without Terraform's own plans (which go to standard error)")
    .addOption(
      new Option(
        '--from <path...>',
        'read plans as JSON instead: files called <stack>.json, or directories of them',
      ).conflicts(['stack', 'destroy']),
    )
    .option('--stack <name...>', 'plan these stacks only')
    .option('--output <directory>', 'where npm run synth wrote the stacks', 'cdktf.out')
    .option('--destroy', 'plan what removing everything would do')
    .option('--allow-destroy', 'exit with 0 also where stateful resources would be lost')
    .addOption(new Option('--markdown', 'print Markdown, for a comment on a pull request').conflicts('json'))
    .option('--json', 'print JSON')
    .allowExcessArguments(false)
    .showHelpAfterError('(add --help for the options)')
    .configureOutput({
      writeOut: out,
      writeErr: (text) => {
        err(printable(text, { multiline: true }));
      },
    })
    .exitOverride()
    .addHelpText(
      'after',
      `
Exit codes:
  0  planned, and nothing stateful would be lost
  1  an argument or file is wrong, or Terraform failed
  2  something stateful would be lost, and --allow-destroy is not given

Each plan is kept as <output>/stacks/<stack>/tfplan, for: terraform -chdir=<output>/stacks/<stack> apply tfplan`,
    );
  return command.parse(argv, { from: 'user' }).opts<PlanArguments>();
}
