import type { ModelConfig } from '../../domain/author/model-config';

/**
 * The model, asked under the guardrail that the stack has made, where the configuration names no other.
 * @param guardrail `<id>:<version>`, as the function's environment has it
 */
export function underGuardrail(model: ModelConfig | undefined, guardrail: string | undefined): ModelConfig | undefined {
  const [id, version] = guardrail?.split(':') ?? [];
  if (model === undefined || id === undefined || version === undefined) return model;
  return { ...model, guardrail: model.guardrail ?? { id, version } };
}
