import type { Label } from './label';
import { pipelineName } from './pipeline-name';

/** Names that a golden image's name is part of. */
export interface ImageNames {
  /** Of its pipeline, recipe and all that belongs to them. */
  readonly builder: string;
  /** Of its build instances' role and profile. */
  readonly role: string;
  /** Of its rebuild signal: what adapters/aws/signal-parameter.ts makes of it. */
  readonly signal: string;
  /** Of its build log. */
  readonly logGroup: string;
  /** What the keys of its scripts begin with: what the script store makes of it. */
  readonly scriptPrefix: string;
}

/** The names that belong to an image. Not checked: see stacks/settings/check-images.ts. */
export function imageNames(label: Pick<Label, 'prefix' | 'namespace' | 'environment'>, name: string): ImageNames {
  const builder = `${label.prefix}-${pipelineName({ name })}`;
  return {
    builder,
    role: `${builder}-build`,
    signal: `/${label.namespace}/${label.environment}/signals/${name.replaceAll('_', '_5F')}`,
    logGroup: `/aws/imagebuilder/${builder}`,
    scriptPrefix: `scripts/${name}/`,
  };
}
