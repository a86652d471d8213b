import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import ts from 'typescript';

const ROOT = join(__dirname, '../../..');
/** What a metric is called: names are told from other texts of a file by it. */
const NAME = /^(?:[A-Z][a-z]+){2,}$/;

/** A metric that a function may emit: its name, and its dimensions beside `environment` and `service`, sorted. */
export interface EmittedMetric {
  readonly name: string;
  readonly dimensions: readonly string[];
}

/** What a function may emit by its code: all that its handler reaches and that is not shaken off, file by file. */
export async function emittedMetrics(service: string): Promise<EmittedMetric[]> {
  const { metafile } = await esbuild.build({
    entryPoints: [join(ROOT, 'functions', service, 'handler.ts')],
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    packages: 'external',
    outfile: 'handler.js',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output?.inputs ?? {})
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => metricsIn(path));
}

/** Reads the calls of {@link Metrics} (domain/ports.ts) out of a file: `….count(name, …, reason?)`, `….measure(name, …, by?)`. */
function metricsIn(path: string): EmittedMetric[] {
  const file = ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: EmittedMetric[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      const isMetrics = /^(?:\w+\.)*metrics$/.test(expression.getText());
      if (isMetrics && (name.text === 'count' || name.text === 'measure'))
        for (const metric of namesOf(node.arguments[0], file)) found.push(...shapesOf(metric, name.text, node));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The names that a first argument may have: itself, or what the file has of names where it is a variable. */
function namesOf(argument: ts.Expression | undefined, file: ts.SourceFile): string[] {
  if (argument !== undefined && ts.isStringLiteral(argument)) return [argument.text];
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && NAME.test(node.text)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...names];
}

/** A count is kept by its reason too; a measure by all of its dimensions together, and in no other way. */
function shapesOf(name: string, method: 'count' | 'measure', { arguments: given }: ts.CallExpression): EmittedMetric[] {
  if (method === 'count')
    return [{ name, dimensions: [] }, ...(given[2] === undefined ? [] : [{ name, dimensions: ['reason'] }])];
  const by = given[3];
  if (by === undefined) return [{ name, dimensions: [] }];
  if (!ts.isObjectLiteralExpression(by))
    throw new Error(`the dimensions of ${name} are not written where it is measured`);
  return [{ name, dimensions: by.properties.map((property) => property.name?.getText() ?? '').sort() }];
}
