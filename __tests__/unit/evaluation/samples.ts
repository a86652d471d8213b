import type { EvaluationCase } from '../../../evaluation/case-format';
import { caseFormat } from '../../../evaluation/case-format';
import type { ModelReply, PatchModel } from '../../../domain/author/model';

/** A case: openssl of Debian is to be upgraded by both of its binaries, the kernel headers may be removed. */
export function makeCase(changes: Record<string, unknown> = {}): EvaluationCase {
  const parsed = caseFormat.parse({
    id: 'apt-sample',
    title: 'A case for the tests of the scorer',
    source: { document: 'https://example.org/apt', rule: 'The rule that the sample case is about.' },
    request: {
      platform: 'debian 12',
      targets: [
        {
          package: 'openssl',
          floor: '3.0.13-1',
          vulnerabilities: ['CVE-2024-0727'],
          installed: [
            { package: 'libssl3', version: '3.0.11-1' },
            { package: 'openssl', version: '3.0.11-1' },
          ],
        },
        {
          package: 'linux-libc-dev',
          source: 'linux',
          floor: '6.1.90-1',
          action: 'remove',
          vulnerabilities: ['CVE-2024-26581'],
        },
      ],
      allowed: { removable: ['linux-libc-dev', 'curl'], companions: ['libssl-dev'] },
    },
    must: { upgrades: ['openssl'], removes: ['linux-libc-dev'] },
    mustNot: { removes: ['curl'], versions: ['*'], notFixable: ['openssl'] },
    examples: {
      right: [{ commands: ['apt-get install -y openssl', 'apt-get purge -y linux-libc-dev'] }],
      wrong: [{ commands: ['apt-get install -y openssl'], fault: 'does not remove linux-libc-dev' }],
    },
    ...changes,
  });
  return { ...parsed, ecosystem: 'apt' };
}

/** An answer by a call of the tool. */
export function toolReply(
  commands: readonly string[],
  options: { notFixable?: readonly string[]; inputTokens?: number; outputTokens?: number } = {},
): ModelReply {
  const notFixable = (options.notFixable ?? []).map((name) => ({ package: name, reason: 'because' }));
  return {
    stopReason: 'tool_use',
    texts: [],
    toolInputs: [{ commands, notFixable, explanation: 'for the test' }],
    inputTokens: options.inputTokens ?? 0,
    outputTokens: options.outputTokens ?? 0,
    latencyMilliseconds: 1,
  };
}

/** A model that gives these answers one after the other, or throws those that are errors. */
export function scriptedModel(...answers: readonly (ModelReply | Error)[]): PatchModel {
  const waiting = [...answers];
  return {
    id: 'scripted',
    settings: {},
    ask: async () => {
      const next = waiting.shift();
      if (next === undefined) throw new Error('the scripted model was asked once too often');
      if (next instanceof Error) throw next;
      return await Promise.resolve(next);
    },
  };
}
