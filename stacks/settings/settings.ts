import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { GoldenImagesConfig } from '../../domain/config/config-schema';
import { buildLogBucket } from '../../domain/config/build-log-place';
import type { Environment } from '../../domain/config/environment';
import { environmentOf, estateIn } from '../../domain/config/environment';
import { toEstate } from '../../domain/config/golden-image';
import { Label } from '../../domain/config/label';
import type { LocatedConfig } from '../../domain/config/parse-config';
import { locateConfig } from '../../domain/config/parse-config';
import { BadInputError } from '../../domain/errors';
import { checkImages } from './check-images';
import { checkModel } from './check-model';
import type { ImageSettings } from './image-settings';
import { imageSettings } from './image-settings';

/** Everything that the stacks of one environment are made of. */
export interface Settings {
  readonly environment: Environment;
  readonly label: Label;
  readonly images: readonly ImageSettings[];
  /** The configuration as it is in force here: what the Lambdas read. */
  readonly estate: GoldenImagesConfig;
}

/**
 * Loads the configuration of an environment, and checks all of it before Terraform is called.
 * @param file path of `golden-images.yaml`
 * @param environmentName as given in `ENVIRONMENT`
 * @throws BadInputError where it cannot be read or is wrong, as `file:line:column: message`
 */
export function loadSettings(file: string, environmentName: string | undefined): Settings {
  const located = locateConfig(readText(file), file);
  const { config, locate } = located;
  const environment = environmentOf(config, environmentName, file);
  const label = makeLabel(environment, locate);
  const estate = estateIn(config, environment.name);
  checkModel(environment, estate, located);
  const images = [...toEstate(estate).byRepository.values()].map((image, index) => {
    const declared = config.images[index];
    if (declared === undefined) throw new BadInputError(`${file}: images[${index}] is not declared`);
    const template =
      declared.dockerfile && readTemplate(file, declared.dockerfile, locate(['images', index, 'dockerfile']));
    return imageSettings(image, declared, template, label);
  });
  const scannedRepositories = environment.scanning?.repositories;
  checkImages(images, { config, locate, ...(scannedRepositories !== undefined && { scannedRepositories }) });
  return { environment, label, images, estate };
}

/** The label; its longest name of a resource that is always there is tried, so that the error has a line. */
function makeLabel(environment: Environment, locate: LocatedConfig['locate']): Label {
  const label = new Label({ ...environment, environment: environment.name });
  try {
    buildLogBucket(label);
    label.name('archive', 'events');
    label.name('function', 'reconcile-findings');
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    throw new BadInputError(`${locate(['environments', environment.name])}: ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
  return label;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new BadInputError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'GOLDEN_IMAGES_CONFIG names the configuration; default golden-images.yaml',
      cause: error,
    });
  }
}

function readTemplate(file: string, template: string, where: string): string {
  try {
    return readFileSync(resolve(dirname(file), template), 'utf8');
  } catch (error) {
    throw new BadInputError(`${where}: the Dockerfile ${template} cannot be read`, {
      hint: `it is looked for beside ${file}`,
      cause: error,
    });
  }
}
