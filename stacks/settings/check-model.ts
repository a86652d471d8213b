import type { GoldenImagesConfig } from '../../domain/config/config-schema';
import type { Environment } from '../../domain/config/environment';
import type { LocatedConfig } from '../../domain/config/parse-config';
import { BadInputError } from '../../domain/errors';
import { canBeAskedIn, destinationRegions, prefixOf } from '../../modules/model-access/inference-profiles';

/**
 * Checks the model of an environment as it is in force there.
 * @param estate the configuration after the environment's merge
 * @throws BadInputError where nobody could write patches, or the model could never be asked, as `file:line:column: message`
 */
export function checkModel(
  environment: Environment,
  estate: GoldenImagesConfig,
  { config, locate }: LocatedConfig,
): void {
  checkAuthor(environment, estate, locate);
  const isDeclaredHere = config.environments?.[environment.name]?.model?.id !== undefined;
  checkProfile(environment, estate, isDeclaredHere, locate);
  checkGuardrail(environment, estate, locate);
}

/** The functions refuse to begin where the model alone is to write, and none is named. */
function checkAuthor(
  { name }: Environment,
  { author, model }: GoldenImagesConfig,
  locate: LocatedConfig['locate'],
): void {
  if (author !== 'bedrock' || model !== undefined) return;
  throw new BadInputError(`${locate(['author'])}: author: it is bedrock, and ${name} has no model.id to ask`, {
    hint: `set model.id, here or in environments.${name}, or the author to bedrock-then-rules or rules`,
  });
}

/** A system-defined inference profile is there only in regions of its own part of the world. */
function checkProfile(
  { name, region: home, modelRegions }: Environment,
  { author, model }: GoldenImagesConfig,
  isDeclaredHere: boolean,
  locate: LocatedConfig['locate'],
): void {
  if (author === 'rules' || model === undefined || model.id.includes(':application-inference-profile/')) return;
  const id = model.id.split('/').at(-1) ?? model.id;
  const prefix = prefixOf(id);
  const region = model.region ?? home;
  if (prefix === undefined || modelRegions?.includes(region) === true || canBeAskedIn(prefix, region)) return;
  const path = [...(isDeclaredHere ? ['environments', name] : []), 'model', 'id'];
  const wanted = (destinationRegions(prefix) ?? []).slice(0, 3).join(', ');
  throw new BadInputError(
    `${locate(path)}: ${path.join('.')}: the inference profile ${id} would be asked in ${region}${model.region === undefined ? ', the region of the environment' : ', by model.region'}, and it is not there`,
    {
      hint: `set environments.${name}.model.region to one of ${wanted} …, or model.id to a profile of ${region}; where it can be asked there all the same, name its regions as modelRegions of the environment`,
    },
  );
}

/** A guardrail is of the region that the model is asked in. */
function checkGuardrail(
  { guardrail, region, name }: Environment,
  { model }: GoldenImagesConfig,
  locate: LocatedConfig['locate'],
): void {
  if (!guardrail || model === undefined || model.guardrail !== undefined || (model.region ?? region) === region) return;
  throw new BadInputError(
    `${locate(['environments', name, 'guardrail'])}: the guardrail would be in ${region}, and the model is asked in ${model.region ?? region}`,
    { hint: 'make one there, and name it as model.guardrail' },
  );
}
