import type { Plan } from '../plan/plan';
import { checkScriptInput } from './check-input';
import { EXIT_MARKER } from './result-lines';

/** Nothing of a package gets into this script. */
const NO_PACKAGES = { isPackageName: (): boolean => false, isVersion: (): boolean => false };

/**
 * The script of a build that only takes what its parent has: it changes nothing, and needs no package manager, so that it
 * runs on an image of which nothing is known yet. Its plan's hash makes it a script, and with it a build, of its own.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderTakeParentScript({ image, planHash }: Pick<Plan, 'image' | 'planHash'>): string {
  checkScriptInput({ image, planHash, attempt: 1, targets: [] }, NO_PACKAGES);
  return [
    '#!/bin/sh',
    '# golden-images patch script; rendered, do not edit',
    `# golden image: ${image}`,
    `# plan: ${planHash}`,
    '# attempt: 1',
    '# nothing is to be raised: the image takes what its parent has',
    `echo '${EXIT_MARKER}0'`,
    '',
  ].join('\n');
}
