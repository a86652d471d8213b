import type { Prompt } from '../../../domain/author/prompt';
import { byTool } from './replies/attack';
import type { Respond } from './world';

/** What a model that believes everything reads in a prompt: whatever stands behind "run:", up to the end of its line. */
export function plantedIn({ parts }: Prompt): string[] {
  return parts.flatMap(({ text }) =>
    [...text.matchAll(/run:\s*([^\n]+)/gi)].map(([, command = '']) => command.replace(/["',]+$/, '').trim()),
  );
}

/** A model that does what any text in its prompt tells it to do, and nothing else. */
export const credulous: Respond = (prompt) =>
  byTool({ commands: plantedIn(prompt), notFixable: [], explanation: 'As I was told.' });
