/**
 * What a family of models takes, as far as it is known. Written down apart from the adapter's table, so that each checks
 * the other. What nobody says is taken to be refused: a request that passes here asks for nothing unproven.
 */
export interface ModelFamily {
  readonly name: string;
  /** Ids without the prefix of a geography. */
  readonly ids: RegExp;
  /** `outputConfig.textFormat` and strict tools (AWS: structured-output, model cards; langchain-aws#883). */
  readonly structuredOutput: boolean;
  /** `toolChoice` other than `auto` (vercel/ai#11227, llama_index#23207; Nova: tool-choice). */
  readonly forcedToolChoice: boolean;
  /** `temperature` and `topP`: gone since Opus 4.7 (promptfoo#10307, hermes-agent#36151). */
  readonly sampling: 'both' | 'either' | 'none';
  /** Keywords at the top of a tool's schema; undefined: any (Nova: tool-use-definition, three only). */
  readonly topLevelKeywords?: readonly string[];
  /** False where US regions take the family through an inference profile only (Bedrock user guide, model cards). */
  readonly onDemandInUs: boolean;
}

const NOVA_KEYWORDS = ['type', 'properties', 'required'];

const FAMILIES: readonly ModelFamily[] = [
  {
    name: 'Claude 4.5 and 4.6',
    ids: /^anthropic\.claude-(?:sonnet-4-6|opus-4-6|opus-4-5|sonnet-4-5|haiku-4-5)(?:-[0-9]{8})?(?:-v[0-9](?::[0-9])?)?$/,
    structuredOutput: true,
    forcedToolChoice: true,
    sampling: 'either',
    onDemandInUs: false,
  },
  {
    name: 'Claude 4.7 and later',
    ids: /^anthropic\.claude-(?:opus-4-7|opus-4-8|(?:opus|sonnet|mythos|fable)-5(?:-[0-9])?)(?:-[0-9]{8})?(?:-v[0-9](?::[0-9])?)?$/,
    structuredOutput: false,
    forcedToolChoice: false,
    sampling: 'none',
    onDemandInUs: false,
  },
  {
    name: 'Claude 4',
    ids: /^anthropic\.claude-(?:opus-4-1|sonnet-4)-[0-9]{8}-v[0-9]:[0-9]$/,
    structuredOutput: false,
    forcedToolChoice: true,
    sampling: 'both',
    onDemandInUs: false,
  },
  {
    name: 'Nova 2',
    ids: /^amazon\.nova-2-lite-v1:0$/,
    structuredOutput: false,
    forcedToolChoice: true,
    sampling: 'both',
    topLevelKeywords: NOVA_KEYWORDS,
    onDemandInUs: false,
  },
  {
    name: 'Nova',
    ids: /^amazon\.nova-(?:micro|lite|pro)-v1:0$/,
    structuredOutput: false,
    forcedToolChoice: true,
    sampling: 'both',
    topLevelKeywords: NOVA_KEYWORDS,
    onDemandInUs: true,
  },
];

/** An application inference profile: its name does not tell the family, so only what every family takes is safe. */
const HIDDEN: ModelFamily = {
  name: 'application inference profile',
  ids: /^$/,
  structuredOutput: false,
  forcedToolChoice: false,
  sampling: 'none',
  topLevelKeywords: NOVA_KEYWORDS,
  onDemandInUs: true,
};

/** Geographies of inference profiles, and the regions that may ask them (AWS: inference-profiles-support). */
const GEOGRAPHIES: Readonly<Record<string, RegExp>> = {
  us: /^us-/,
  eu: /^eu-/,
  jp: /^ap-northeast-/,
  au: /^ap-southeast-/,
  apac: /^ap-/,
  global: /^/,
};

const ARN =
  /^arn:aws[a-z-]*:bedrock:(?<region>[a-z0-9-]*):(?:[0-9]{12})?:(?<type>foundation-model|inference-profile|application-inference-profile)\/(?<name>[A-Za-z0-9._:-]+)$/;

/** What a region makes of a model id. */
export type Resolved =
  { readonly known: true; readonly family: ModelFamily; readonly throughProfile: boolean } | { readonly known: false };

/** Finds the model behind an id or ARN, as a region offers it; any region where it is not known which. */
export function resolveModel(modelId: string, region: string | undefined): Resolved {
  const arn = ARN.exec(modelId)?.groups;
  if (arn?.['type'] === 'application-inference-profile') return { known: true, family: HIDDEN, throughProfile: true };
  const id = arn?.['name'] ?? modelId;
  const geography = /^(?<prefix>[a-z]+)\.(?=anthropic\.|amazon\.)/.exec(id)?.groups?.['prefix'];
  if (geography !== undefined && !serves(geography, region)) return { known: false };
  const bare = geography === undefined ? id : id.slice(geography.length + 1);
  const family = FAMILIES.find(({ ids }) => ids.test(bare));
  return family === undefined ? { known: false } : { known: true, family, throughProfile: geography !== undefined };
}

function serves(geography: string, region: string | undefined): boolean {
  const regions = GEOGRAPHIES[geography];
  return regions !== undefined && (region === undefined || regions.test(region));
}
