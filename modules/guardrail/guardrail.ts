import { BedrockGuardrail } from '@cdktf/provider-aws/lib/bedrock-guardrail';
import { BedrockGuardrailVersion } from '@cdktf/provider-aws/lib/bedrock-guardrail-version';
import { TerraformOutput } from 'cdktf';
import { Construct } from 'constructs';
import type { Grantee } from '../iam-role/iam-role';
import type { EncryptionKey } from '../key/key';

/** What a guardrail is made with. */
export interface GuardrailProps {
  /** At most 50 characters. */
  readonly name: string;
  readonly key: EncryptionKey;
}

/**
 * A Bedrock Guardrail that recognises prompt attacks in text from outside. It is one more line of defence: what keeps the
 * model's commands harmless is vetting.
 */
export class Guardrail extends Construct {
  /** Reference to its id. */
  readonly guardrailId: string;
  /** Reference to the number of its version. */
  readonly version: string;
  private readonly guardrail: BedrockGuardrail;
  private readonly key: EncryptionKey;

  constructor(scope: Construct, id: string, { name, key }: GuardrailProps) {
    super(scope, id);
    this.key = key;
    this.guardrail = new BedrockGuardrail(this, 'guardrail', {
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
      guardrailArn: this.guardrail.guardrailArn,
      description: 'prompt attacks, strength HIGH',
      skipDestroy: false,
    });
    this.guardrailId = this.guardrail.guardrailId;
    this.version = version.version;
    new TerraformOutput(this, 'id', { value: this.guardrailId, description: 'Id of the guardrail' });
    new TerraformOutput(this, 'version-number', { value: this.version, description: 'Its version' });
  }

  /** Allows asking a model under it, which takes reading what the key encrypts (Bedrock, "Guardrails", KMS permissions). */
  grantApply(grantee: Grantee): void {
    grantee.allow({
      sid: 'ApplyGuardrail',
      actions: ['bedrock:ApplyGuardrail'],
      resources: [this.guardrail.guardrailArn],
    });
    grantee.allow({ sid: 'ReadGuardrail', actions: ['kms:Decrypt'], resources: [this.key.arn] });
  }
}
