import { isModuleName, parseModuleStream } from './module-stream';
import type { ModuleAction, Operation, VettingContext } from './operations';
import type { Problem } from './problem';
import { visible } from './text';

type ModuleOperation = Extract<Operation, { kind: 'module' }>;

/** Module arguments that were judged. */
export interface JudgedModules {
  readonly operations: readonly ModuleOperation[];
  readonly problems: readonly Problem[];
}

/** Judges module arguments against what policy allows. It remembers the streams of one proposal. */
export interface ModuleJudge {
  judge(action: ModuleAction, texts: readonly string[]): JudgedModules;
}

const PATTERN = /[*?[\]]/;

/** Makes the judge of one proposal's modules. */
export function makeModuleJudge(context: Pick<VettingContext, 'moduleStreams'>): ModuleJudge {
  const allowed = context.moduleStreams ?? [];
  const modules = new Set(allowed.flatMap((text) => parseModuleStream(text)?.module ?? []));
  const chosen = new Map<string, string>();

  /** A reset says nothing of a stream, so one that is named with it is left out, as dnf does. */
  function judgeReset(text: string): ModuleOperation | Problem {
    const module = isModuleName(text) ? text : parseModuleStream(text)?.module;
    if (module === undefined) return malformed(text, 'NAME');
    return modules.has(module) ? { kind: 'module', action: 'reset', module } : notAllowed(text, allowed);
  }

  function judgeStream(action: ModuleAction, text: string): ModuleOperation | Problem {
    const read = parseModuleStream(text);
    if (read === undefined && !isModuleName(text)) return malformed(text, 'NAME:STREAM');
    if (read === undefined || !allowed.includes(text)) return notAllowed(text, allowed);
    const { module, stream } = read;
    const other = chosen.get(module);
    chosen.set(module, stream);
    if (other === undefined || other === stream) return { kind: 'module', action, module, stream };
    return {
      code: 'module-not-allowed',
      message: `Enable one stream of ${module} in all commands: "${visible(other, 80)}" was named before.`,
    };
  }

  return {
    judge: (action, texts) => {
      const operations: ModuleOperation[] = [];
      const problems: Problem[] = [];
      for (const text of texts) {
        const judged = action === 'reset' ? judgeReset(text) : judgeStream(action, text);
        if ('kind' in judged) operations.push(judged);
        else problems.push(judged);
      }
      return { operations, problems };
    },
  };
}

function notAllowed(text: string, allowed: readonly string[]): Problem {
  const shown = allowed
    .slice(0, 10)
    .map((name) => visible(name, 80))
    .join(', ');
  return {
    code: 'module-not-allowed',
    message:
      allowed.length === 0
        ? `Leave the command out: policy allows no stream of a module, so not "${visible(text, 80)}".`
        : `Name a stream that policy allows (${shown}), or leave the command out, instead of "${visible(text, 80)}".`,
  };
}

/** What is no module, with what to write instead. */
function malformed(text: string, form: 'NAME' | 'NAME:STREAM'): Problem {
  const shown = visible(text, 80);
  if (PATTERN.test(text)) {
    return { code: 'shell-syntax', message: `Write the full name of each module instead of the pattern "${shown}".` };
  }
  const slash = text.indexOf('/');
  if (slash !== -1 && isModuleOrStream(text.slice(0, slash))) {
    return { code: 'module-not-allowed', message: `Write ${form} without a profile instead of "${shown}".` };
  }
  if (slash !== -1) return { code: 'path-or-url', message: `Write ${form} instead of "${shown}".` };
  return { code: 'malformed-package', message: `Write ${form}, as in nodejs:20, instead of "${shown}".` };
}

function isModuleOrStream(text: string): boolean {
  return isModuleName(text) || parseModuleStream(text) !== undefined;
}
