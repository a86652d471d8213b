import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BadInputError } from '../../domain/errors';
import { parsePlanDocument } from './plan-document';
import type { StackPlan } from './terraform-plan';

/**
 * Reads plans from files, or from the `.json` files of directories. A stack is called like its file: `images-prod.json`.
 * @throws BadInputError where a path cannot be read, holds no plan, or two files are of one name
 */
export function readPlans(paths: readonly string[]): readonly StackPlan[] {
  const files = paths.flatMap(filesAt);
  const plans = files.map((file) => ({
    stack: basename(file).replace(/\.json$/, ''),
    plan: parsePlanDocument(readText(file), file),
  }));
  const twice = plans.find(({ stack }, index) => plans.findIndex((other) => other.stack === stack) < index);
  if (twice !== undefined)
    throw new BadInputError(`--from: two files are called ${twice.stack}.json`, { hint: 'call each like its stack' });
  return [...plans].sort((left, right) => (left.stack < right.stack ? -1 : 1));
}

function filesAt(path: string): string[] {
  let isDirectory;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    throw new BadInputError(`--from: ${path} cannot be read`, {
      hint: 'name a plan as JSON, or a directory of them',
      cause: error,
    });
  }
  if (!isDirectory) return [path];
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(path, name));
  if (files.length === 0)
    throw new BadInputError(`--from: ${path} holds no .json file`, {
      hint: 'terraform show -json tfplan > <stack>.json',
    });
  return files;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new BadInputError(`--from: ${file} cannot be read`, { hint: 'check its permissions', cause: error });
  }
}
