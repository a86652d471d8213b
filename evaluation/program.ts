import { Command, InvalidArgumentError, Option } from 'commander';
import { makeConverseModel } from '../adapters/aws/bedrock/converse-model';
import { EXIT } from '../cli/exit-codes';
import { printJson, printLine, progress } from '../cli/output/console';
import { table } from '../cli/output/table';
import type { EcosystemId } from '../domain/ecosystems/ecosystem';
import { ECOSYSTEM_IDS } from '../domain/ecosystems/ecosystem';
import { BadInputError, ModelUnavailableError } from '../domain/errors';
import type { ModelOutage } from '../domain/errors';
import type { EvaluationCase } from './case-format';
import type { EvaluationPorts } from './evaluate';
import { evaluate } from './evaluate';
import { loadCases, selectCases } from './load-cases';
import { writeMarkdown } from './markdown';
import { makeRecordedModel } from './recorded-model';
import { readReplies, writeReplies } from './reply-file';
import type { Report } from './report';
import { caseTable, helpSentence, summaryTable } from './report';

/** The corpus, from the checkout's root. */
const CASES = '__tests__/evaluation/cases';

/** The options as commander gives them. */
interface Options {
  readonly replies?: string;
  readonly model?: string;
  readonly region?: string;
  readonly record?: string;
  readonly cases: string;
  readonly case?: string[];
  readonly ecosystem?: EcosystemId[];
  readonly concurrency: number;
  readonly timeout: number;
  readonly json?: true;
  readonly markdown?: string;
}

/** What to do about an outage that a setting causes, in the words of this command. */
const SETTINGS: Readonly<Partial<Record<ModelOutage, string>>> = {
  credentials: 'log in and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  region: 'give --region <region>, or set AWS_REGION',
  'model-not-found': 'check --model and --region; newer models are asked by the id of an inference profile',
};

const HELP = `
Without --model the given replies are scored; nothing is asked and nothing is paid.

Exit codes:
  0   every case was scored, whatever the scores
  1   scored, but some cases got no answer
  2   bad input: options, cases, replies, or what the model needs (credentials, region, access, model id)

Examples:
  npm run evaluate -- --replies __tests__/evaluation/replies/handwritten
  npm run evaluate -- --model us.anthropic.claude-sonnet-4-6 --region us-east-1 --record replies/sonnet-4-6`;

/** The command line of the evaluation. */
export function buildEvaluateProgram(): Command {
  return new Command('evaluate')
    .description('Score how a model writes patch commands, over the cases of the corpus.')
    .addOption(new Option('--replies <dir>', 'score the recorded replies of a directory').conflicts('model'))
    .addOption(new Option('--model <id>', 'ask this model or inference profile of Amazon Bedrock').conflicts('replies'))
    .addOption(new Option('--region <region>', "region of Bedrock (default the environment's)").conflicts('replies'))
    .addOption(new Option('--record <dir>', 'keep what the model answers, for --replies').conflicts('replies'))
    .option('--case <id...>', 'only these cases')
    .addOption(new Option('--ecosystem <id...>', 'only the cases of these ecosystems').choices(ECOSYSTEM_IDS))
    .option('--cases <dir>', 'directory of the cases', CASES)
    .option('--concurrency <n>', 'cases asked at the same time, 1 to 16', wholeNumber(1, 16), 4)
    .option('--timeout <seconds>', 'longest time for one answer; a case has two at most', wholeNumber(1, 900), 240)
    .option('--json', 'print one JSON object')
    .option('--markdown <file>', 'write the tables into a file, between its markers')
    .addHelpText('after', HELP)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .action(async (options: Options) => {
      const report = await run(options);
      if (options.markdown !== undefined) await writeMarkdown(options.markdown, report);
      if (options.json) printJson(report);
      else printReport(report);
      if (report.summary.all.endings.silent > 0) process.exitCode = EXIT.refused;
    });
}

async function run(options: Options): Promise<Report> {
  const cases = selectCases(await loadCases(options.cases), {
    ...(options.case !== undefined && { ids: options.case }),
    ...(options.ecosystem !== undefined && { ecosystems: options.ecosystem }),
  });
  const { concurrency } = options;
  if (options.replies !== undefined)
    return await evaluate(cases, { concurrency, modelOf: await recordedModels(options.replies, cases) });
  if (options.model === undefined)
    throw new BadInputError('nothing to score', { hint: 'give --replies <dir> or --model <id>' });
  return await askAll(cases, options.model, options);
}

async function recordedModels(
  directory: string,
  cases: readonly EvaluationCase[],
): Promise<EvaluationPorts['modelOf']> {
  const recorded = await readReplies(directory, cases);
  return (one) => {
    const replies = recorded.get(one.id);
    if (replies === undefined) throw new BadInputError(`no replies for the case ${one.id}`);
    return makeRecordedModel(replies);
  };
}

async function askAll(cases: readonly EvaluationCase[], modelId: string, options: Options): Promise<Report> {
  const model = makeConverseModel({
    modelId,
    timeoutSeconds: options.timeout,
    ...(options.region !== undefined && { region: options.region }),
  });
  const { record } = options;
  try {
    return await evaluate(cases, {
      concurrency: options.concurrency,
      modelOf: () => model,
      onAsked: async ({ case: { id }, replies, silence }) => {
        progress(`${id}: ${replies.length} answers${silence === undefined ? '' : `, then ${silence}`}`);
        if (record !== undefined && replies.length > 0)
          await writeReplies(record, { case: id, model: modelId, replies });
      },
    });
  } catch (error) {
    if (!(error instanceof ModelUnavailableError)) throw error;
    throw new BadInputError(error.message, { hint: SETTINGS[error.outage] ?? error.hint, cause: error });
  }
}

function printReport({ models, summary, cases }: Report): void {
  const tables = [caseTable(cases), summaryTable(summary)];
  for (const { header, rows } of tables) printLine(`${table(header, rows)}\n`);
  printLine(helpSentence(summary));
  printLine(`Answers by: ${models.join(', ')}. What the columns mean: docs/evaluation.md`);
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is not a whole number from ${least} to ${most}.`);
  };
}
