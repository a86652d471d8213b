import { Option, type Command } from 'commander';
import { ENGINE_NAMES, type EngineName } from '../../adapters/local/engine/engine';
import { AUTHORS, type AuthorChoice } from '../../domain/author/proposal';
import { EXIT_CODE_HELP } from '../exit-codes';
import { consoleLogger, printJson, progress } from '../output/console';
import { printPatchReport } from '../output/patch-report';
import { printError, printWarning } from '../output/report-error';
import { patch } from '../run/patch';
import { exitCodeOf } from '../run/patch-report';
import { DEFAULT_STATE } from '../run/state-directory';
import { FINDINGS_OPTION, parseTag } from './common';

interface PatchFlags {
  readonly findings: string[];
  readonly config?: string;
  readonly image?: string[];
  readonly base?: string;
  readonly engine: EngineName | 'auto' | 'none';
  readonly author?: AuthorChoice;
  readonly model?: string;
  readonly modelRegion?: string;
  readonly state: string;
  readonly tag?: string;
  readonly retry?: true;
  readonly json?: true;
}

/** Adds `patch`: findings in, a patched, proven and tagged image out. */
export function addPatchCommand(program: Command): Command {
  return program
    .command('patch')
    .description(
      'Patch golden images on this machine: ingest, decide, plan, vet, build, prove, and only then move the tag.',
    )
    .requiredOption(...FINDINGS_OPTION)
    .option(
      '--config <file>',
      'golden-images.yaml; without it every repository of the findings is a golden image of its name',
    )
    .option('--image <name...>', 'only these golden images')
    .option(
      '--base <ref|archive|tar>',
      "what to build from, instead of the image's parent: reference, OCI or docker archive, root filesystem tar",
    )
    .addOption(
      new Option('--engine <name>', 'container engine').choices(['auto', ...ENGINE_NAMES, 'none']).default('auto'),
    )
    .addOption(
      new Option(
        '--author <name>',
        "who writes the patch commands (default: the configuration's author, else rules)",
      ).choices([...AUTHORS]),
    )
    .option('--model <id>', "model or inference profile of Amazon Bedrock (default: the configuration's model.id)")
    .option('--model-region <region>', "AWS region of the model (default: the configuration's, else AWS_REGION)")
    .option('--state <dir>', 'where table, scripts, logs and evidence are kept', DEFAULT_STATE)
    .option('--tag <tag>', 'tag, or whole reference, that promotion moves (default: the floating tag)', parseTag)
    .option('--retry', 'try again what was held, rejected or taken back, has failed too often, or is residual')
    .option('--json', 'print one JSON object; progress goes to standard error')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}

Examples:
  golden-images patch --findings events.jsonl --config golden-images.yaml
  golden-images patch --findings list-findings.json --base debian:12-slim --tag patched
  golden-images patch --findings events/ --engine none     # stop after the signal
  golden-images patch --findings events/ --author bedrock-then-rules --model us.anthropic.claude-sonnet-4-6`,
    )
    .action(async (flags: PatchFlags) => {
      const report = await patch({
        findings: flags.findings,
        ...(flags.config !== undefined && { config: flags.config }),
        images: flags.image ?? [],
        ...(flags.base !== undefined && { base: flags.base }),
        engine: flags.engine,
        ...(flags.author !== undefined && { author: flags.author }),
        ...(flags.model !== undefined && { modelId: flags.model }),
        ...(flags.modelRegion !== undefined && { modelRegion: flags.modelRegion }),
        state: flags.state,
        ...(flags.tag !== undefined && { tag: flags.tag }),
        retry: flags.retry === true,
        clock: () => new Date(),
        logger: consoleLogger(program.opts<{ verbose?: true }>().verbose === true),
        onProgress: progress,
        onFailure: (image, { message, hint }) => {
          printError(`${image.name}: ${message}`, hint);
        },
        onWarning: printWarning,
      });
      if (flags.json) printJson(report);
      else printPatchReport(report);
      process.exitCode ??= exitCodeOf(report);
    });
}
