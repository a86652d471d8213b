import { DescribeRepositoriesCommand, type Repository } from '@aws-sdk/client-ecr';
import { callAws, hasCode } from '../../../../adapters/aws/aws-error';
import { CANDIDATE_TAG } from '../../../../domain/config/image-tag';
import { matchesWildcard } from '../../../../domain/config/wildcard';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAtEach, ok, type Seen, warning } from '../check';

/** A tag as promotion gives it. */
const RELEASE_TAG = '2026-01-31.1';
const APPLY = 'apply the images stack (docs/deploying.md)';

/** Whether each golden repository is there, and its tags can be moved that must be, and no others. */
export const repositories: Check<Account> = {
  id: 'repositories',
  look: async ({ images, clients }) =>
    await lookAtEach(
      images,
      ({ image }) => `repository ${image.repository}`,
      async ({ image: { repository, floatingTag } }, subject) => {
        const found = await describe();
        return found === undefined ? failure(subject, 'it does not exist', APPLY) : tagsOf(found, floatingTag, subject);

        async function describe(): Promise<Repository | undefined> {
          const command = new DescribeRepositoriesCommand({ repositoryNames: [repository] });
          try {
            const { repositories: all = [] } = await callAws(
              { service: 'ecr', operation: 'DescribeRepositories', resource: subject },
              async () => await clients.ecr.send(command),
            );
            return all[0];
          } catch (error) {
            if (hasCode(error, 'RepositoryNotFoundException')) return undefined;
            throw error;
          }
        }
      },
    ),
};

function tagsOf(repository: Repository, floatingTag: string, subject: string): Seen {
  const { imageTagMutability: mode = 'MUTABLE', imageTagMutabilityExclusionFilters: filters = [] } = repository;
  const isExcluded = (tag: string): boolean => filters.some(({ filter }) => matchesWildcard(filter ?? '', tag));
  // An exclusion is the opposite of what the mode says.
  const isMovable = (tag: string): boolean =>
    mode.startsWith('IMMUTABLE') ? mode.endsWith('_WITH_EXCLUSION') && isExcluded(tag) : !isProtected(tag);
  const isProtected = (tag: string): boolean => mode === 'MUTABLE_WITH_EXCLUSION' && isExcluded(tag);
  const stuck = [floatingTag, CANDIDATE_TAG].filter((tag) => !isMovable(tag));
  if (stuck.length > 0)
    return failure(
      subject,
      `its tags are ${mode}, and ${stuck.join(' and ')} cannot be moved: ${stuck.includes(floatingTag) ? 'nothing can be promoted' : 'nothing can be built'}`,
      `exclude ${stuck.join(' and ')} from the immutability: ${APPLY}`,
    );
  if (isMovable(RELEASE_TAG))
    return warning(
      subject,
      `its tags are ${mode}: tags of releases such as ${RELEASE_TAG} can be moved, and prove nothing`,
      `make them IMMUTABLE_WITH_EXCLUSION, with ${floatingTag} and ${CANDIDATE_TAG} excluded: ${APPLY}`,
    );
  return ok(subject, `its tags are ${mode}, and ${floatingTag} and ${CANDIDATE_TAG} can be moved`);
}
