import { BedrockGuardrail } from '@cdktf/provider-aws/lib/bedrock-guardrail';
import { BedrockGuardrailVersion } from '@cdktf/provider-aws/lib/bedrock-guardrail-version';
import { TerraformOutput } from 'cdktf';
import { Construct } from 'constructs';
import type { EncryptionKey } from '../key/key';

/** What a guardrail is made with. */
export interface GuardrailProps {
  /** At most 50 characters. */
  readonly name: string;
  readonly key: EncryptionKey;
}

/**
 * A Bedrock Guardrail that recognises prompt attacks in text from outside. It is one more line of defence: what keeps the
 * model's commands harmless is vetting. Its id and version are outputs, for `model.guardrail`.
 */
export class Guardrail extends Construct {
  constructor(scope: Construct, id: string, { name, key }: GuardrailProps) {
    super(scope, id);
    const guardrail = new BedrockGuardrail(this, 'guardrail', {
      name,
      description: 'Recognises prompt attacks in what scanners and packages say',
      blockedInputMessaging: 'blocked: prompt attack',
      blockedOutputsMessaging: 'blocked',
      kmsKeyArn: key.arn,
      contentPolicyConfig: [
        {
          filtersConfig: [{ type: 'PROMPT_ATTACK', inputStrength: 'HIGH', outputStrength: 'NONE' }],
        },
      ],
    });
    const version = new BedrockGuardrailVersion(this, 'version', {
      guardrailArn: guardrail.guardrailArn,
      description: 'prompt attacks, strength HIGH',
      skipDestroy: false,
    });
    new TerraformOutput(this, 'id', { value: guardrail.guardrailId, description: 'For model.guardrail.id' });
    new TerraformOutput(this, 'version-number', {
      value: version.version,
      description: 'For model.guardrail.version',
    });
  }
}
