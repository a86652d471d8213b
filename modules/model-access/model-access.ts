import { BadInputError } from '../../domain/errors';
import type { Grantee } from '../iam-role/iam-role';
import type { Statement } from '../iam-role/policy-document';
import type { Place } from '../place/place';
import { partitionOf } from '../../domain/config/partition';
import { arnOf } from '../place/place';
import { destinationRegions, GLOBAL_PREFIX, prefixOf } from './inference-profiles';

/** A model of Bedrock, and from where it is asked. */
export interface ModelAccessProps {
  /** Id or ARN of a model, or of an inference profile of it. */
  readonly modelId: string;
  /** Where it is asked: the account, and the region of the request. */
  readonly place: Place;
  /**
   * Regions that the inference profile routes to.
   *
   * @default those known for its prefix
   */
  readonly destinationRegions?: readonly string[];
  /**
   * ARNs of the models behind an application inference profile.
   *
   * @default none
   */
  readonly modelArns?: readonly string[];
  /**
   * Id or ARN of a guardrail.
   *
   * @default none
   */
  readonly guardrail?: string;
}

/**
 * Allows asking a model with Converse, which is authorized as `bedrock:InvokeModel`. An inference profile takes two rights:
 * on the profile, and through it alone on the model in every region that it routes to (Bedrock, "Prerequisites for
 * inference profiles").
 * @throws BadInputError where the regions or the model behind a profile are not known
 */
export function grantModelAccess(grantee: Grantee, props: ModelAccessProps): void {
  for (const statement of modelStatements(props)) grantee.allow(statement);
}

/** The statements that {@link grantModelAccess} allows. @throws BadInputError alike */
export function modelStatements(props: ModelAccessProps): readonly Statement[] {
  const { guardrail, place } = props;
  const guarded: Statement[] =
    guardrail === undefined
      ? []
      : [
          {
            sid: 'ApplyGuardrail',
            actions: ['bedrock:ApplyGuardrail'],
            resources: [guardrail.startsWith('arn:') ? guardrail : arnOf(place, 'bedrock', `guardrail/${guardrail}`)],
          },
        ];
  return [...invokeStatements(props), ...guarded];
}

function invokeStatements(props: ModelAccessProps): readonly Statement[] {
  const { modelId, place, modelArns } = props;
  const isProfile = /:(?:application-)?inference-profile\//.test(modelId);
  if (modelId.startsWith('arn:') && !isProfile) return [invoke('AskModel', [modelId])];
  const id = isProfile ? (modelId.split('/').at(-1) ?? '') : modelId;
  const prefix = prefixOf(id);
  if (!isProfile && prefix === undefined) return [invoke('AskModel', [foundationModel(place.region, id)])];
  const profile = isProfile ? modelId : arnOf(place, 'bedrock', `inference-profile/${id}`);
  return [
    invoke('AskThroughProfile', [profile]),
    invoke('AskModelsOfProfile', modelArns ?? modelsOf(id, prefix, props), {
      StringLike: { 'bedrock:InferenceProfileArn': profile },
    }),
  ];
}

function modelsOf(id: string, prefix: string | undefined, props: ModelAccessProps): readonly string[] {
  if (prefix === undefined)
    throw new BadInputError(`model.id ${props.modelId} is an inference profile that does not tell its models`, {
      hint: 'name them as modelArns of the environment: one ARN of the model per region that the profile routes to',
    });
  const model = id.slice(prefix.length + 1);
  const { region } = props.place;
  if (prefix === GLOBAL_PREFIX && props.destinationRegions === undefined)
    return [foundationModel('', model), foundationModel(region, model)];
  const regions = props.destinationRegions ?? destinationRegions(prefix);
  if (regions === undefined)
    throw new BadInputError(`where the inference profile ${props.modelId} routes to is not known here`, {
      hint: 'name its destinations as modelRegions of the environment: aws bedrock get-inference-profile lists them',
    });
  const all = [...new Set([region, ...regions])].sort();
  return all.map((one) => foundationModel(one, model));
}

/** Models belong to no account; that of a global profile not even to a region. */
function foundationModel(region: string, model: string): string {
  return `arn:${partitionOf(region)}:bedrock:${region}::foundation-model/${model}`;
}

function invoke(sid: string, resources: readonly string[], conditions?: Statement['conditions']): Statement {
  return {
    sid,
    actions: ['bedrock:InvokeModel'],
    resources,
    ...(conditions !== undefined && { conditions }),
  };
}
