import { BadInputError } from '../errors';
import { parseModuleStream } from '../vetting/module-stream';
import type { ScriptInput, ScriptTarget } from './script-input';

/** What an ecosystem allows in the data of a script. */
export interface Alphabets {
  isPackageName(text: string): boolean;
  isVersion(text: string): boolean;
}

/** Golden image names: lower case, as the path of an OCI repository may be. */
const IMAGE_NAME = /^[a-z0-9][a-z0-9._/-]{0,255}$/;

/** Hexadecimal digest; plans have SHA-256, of which a prefix of eight digits is the least that says anything. */
const PLAN_HASH = /^[0-9a-f]{8,128}$/;

/** AL2023 release versions such as `2023.5.20240819`, or `latest`; also plain numbers such as Fedora's `42`. */
const RELEASEVER = /^[0-9a-z][0-9A-Za-z._]{0,63}$/;

/**
 * Checks all data of a script against its alphabets, so that quoting is the second line of defence and not the only one.
 * @throws BadInputError that names the datum
 */
export function checkScriptInput(input: ScriptInput, alphabets: Alphabets): void {
  must(IMAGE_NAME.test(input.image), 'golden image name', input.image);
  must(PLAN_HASH.test(input.planHash), 'plan hash', input.planHash);
  must(Number.isSafeInteger(input.attempt) && input.attempt >= 1, 'attempt', String(input.attempt));
  if (input.releasever !== undefined) must(RELEASEVER.test(input.releasever), 'releasever', input.releasever);
  const seen = new Set<string>();
  for (const target of input.targets) {
    checkTarget(target, alphabets);
    if (seen.has(target.package)) {
      throw new BadInputError(`package ${target.package} is a target twice`, { hint: 'fold targets to one floor' });
    }
    seen.add(target.package);
  }
  for (const name of [...(input.companions?.upgrade ?? []), ...(input.companions?.remove ?? [])]) {
    must(alphabets.isPackageName(name), 'companion', name);
    if (seen.has(name)) {
      throw new BadInputError(`companion ${name} is named before`, { hint: 'name every package once' });
    }
    seen.add(name);
  }
  const modules = new Set<string>();
  for (const text of input.moduleStreams ?? []) {
    const module = parseModuleStream(text)?.module;
    must(module !== undefined, 'module stream', text);
    if (module === undefined || modules.has(module)) {
      throw new BadInputError(`module ${module ?? ''} has two streams`, { hint: 'name one stream of a module' });
    }
    modules.add(module);
  }
}

function checkTarget(target: ScriptTarget, alphabets: Alphabets): void {
  must(alphabets.isPackageName(target.package), 'package name', target.package);
  must(alphabets.isVersion(target.floor), `floor of ${target.package}`, target.floor);
  if (target.source !== undefined) {
    must(alphabets.isPackageName(target.source), `source package of ${target.package}`, target.source);
  }
  if (target.replacedBy !== undefined) {
    must(alphabets.isPackageName(target.replacedBy), `replacement of ${target.package}`, target.replacedBy);
  }
  const action: string = target.action;
  must(action === 'upgrade' || action === 'remove', `action of ${target.package}`, action);
}

function must(valid: boolean, what: string, text: string): void {
  if (!valid) throw new BadInputError(`${what} is outside its alphabet: ${JSON.stringify(text.slice(0, 80))}`);
}
