import type { Command } from 'commander';
import pc from 'picocolors';
import type { Operation, VettingResult } from '../../domain/vetting/operations';
import { vet } from '../../domain/vetting/vet';
import { BadInputError } from '../../domain/errors';
import { EXIT } from '../exit-codes';
import { printJson, printLine } from '../output/console';
import { printable } from '../output/printable';
import { REQUEST_HELP, readRequest } from './request-file';

/** Most that is read from standard input, in bytes. */
const MAX_INPUT = 16 * 1024 * 1024;

/** Adds `vet`: judges commands against a request. */
export function addVetCommand(program: Command): Command {
  return program
    .command('vet')
    .description('Judge patch commands from standard input: typed operations, or refusals with code and reason.')
    .requiredOption('--request <file>', 'JSON: {ecosystem, platform, targets: [{package, floor, installed?}]}')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `${REQUEST_HELP}\n\nExit codes: 0 accepted, 1 refused, 2 bad request.\n\nExample:\n  echo "apt-get install -y openssl" | golden-images vet --request request.json`,
    )
    .action(async (options: { request: string; json?: true }) => {
      const request = await readRequest(options.request);
      const commands = await readStandardInput();
      const result = vet([commands], request.ecosystem, {
        targets: request.targets.map(({ source, binaries, ...target }) => ({
          ...target,
          binaries: [...(binaries ?? []), ...(source === undefined ? [] : [source])],
        })),
        removable: request.removable,
        companions: request.companions,
        moduleStreams: request.moduleStreams,
        ...(request.releasever !== undefined && { releasever: request.releasever }),
      });
      if (options.json) printJson(result);
      else printResult(result);
      process.exitCode = result.verdict === 'accepted' ? EXIT.ok : EXIT.refused;
    });
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const buffer = Buffer.from(chunk as Uint8Array);
    bytes += buffer.length;
    if (bytes > MAX_INPUT) throw new BadInputError(`standard input is over ${MAX_INPUT} bytes: that is no patch`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function printResult(result: VettingResult): void {
  printLine(result.verdict === 'accepted' ? pc.green('accepted') : pc.red('refused'));
  for (const operation of result.operations) printLine(`  ${describe(operation)}`);
  for (const { command, code, message } of result.refusals)
    printLine(`  ${pc.red(code)}: ${printable(command)}\n    ${printable(message)}`);
  if (result.uncovered.length > 0) printLine(`uncovered: ${result.uncovered.join(', ')}`);
}

function describe(operation: Operation): string {
  if (operation.kind === 'refresh' || operation.kind === 'clean') return operation.kind;
  if (operation.kind === 'module') {
    const stream = operation.stream === undefined ? '' : `:${operation.stream}`;
    return `module ${operation.action} ${operation.module}${stream}`;
  }
  const release = operation.kind === 'upgrade' ? operation.releasever : undefined;
  const names = operation.packages.map((pkg) => pkg.name).join(' ');
  return `${operation.kind} ${names}${release === undefined ? '' : ` (release ${release})`}`;
}
