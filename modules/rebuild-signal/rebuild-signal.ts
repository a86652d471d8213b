import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Construct } from 'constructs';

/** What a rebuild signal is made with. */
export interface RebuildSignalProps {
  /** Path of the parameter. */
  readonly name: string;
  /** Golden image whose signal it is. */
  readonly image: string;
}

/** What the parameter says until the first patch. */
const NONE = 'none';

/**
 * The parameter that says which script an image is to be built with. Its value is the function signal-rebuild's: Terraform
 * makes it and never looks at it again.
 */
export class RebuildSignal extends Construct {
  readonly parameter: SsmParameter;

  constructor(scope: Construct, id: string, { name, image }: RebuildSignalProps) {
    super(scope, id);
    this.parameter = new SsmParameter(this, 'parameter', {
      name,
      description: `Script that ${image} is built with; set by signal-rebuild`,
      type: 'String',
      value: NONE,
      lifecycle: { ignoreChanges: ['value'] },
    });
  }
}
