import { IMAGE_USER } from '../../domain/contract/image-user';
import { BadInputError } from '../../domain/errors';
import { quoted } from './text';

/** What an image's configuration says that a build from it would act on. */
export interface BaseConfiguration {
  readonly contract: { readonly user: string };
  /** ONBUILD instructions, which a build from this image would run. */
  readonly onBuild: readonly string[];
}

/**
 * A base comes from outside: what it says of itself must be fit to be written into a Dockerfile, and it must bring no
 * instructions of its own.
 * @param what the base as people know it, e.g. `base debian:12`
 * @throws BadInputError where it is not
 */
export function checkBase(what: string, { contract, onBuild }: BaseConfiguration): void {
  if (contract.user !== '' && !IMAGE_USER.test(contract.user))
    throw new BadInputError(`${what} has a USER that is none: ${quoted(contract.user)}`, {
      hint: 'a user is a name or uid, and may have a group: do not build from an image that you do not trust',
    });
  if (onBuild.length > 0)
    throw new BadInputError(`${what} has ONBUILD instructions, which a patch build would run`, {
      hint: 'build from an image without ONBUILD',
    });
}
