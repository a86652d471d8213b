import { drill } from '../../scripts/exit-drill/drill';
import { describeWithTools } from '../support/requires-tool';
import { join } from 'node:path';

/** Installing takes the longest: about a minute, several where the registry is slow. */
const LIMIT = 1_200_000;

describeWithTools(['git', 'npm'], 'the way out of cdktf', () => {
  test(
    'the fork synthesizes the same for every stack, but for what is on the list',
    async () => {
      const steps: string[] = [];
      const result = await drill({
        checkout: join(__dirname, '../..'),
        tests: false,
        onStep: (step) => steps.push(step),
      });
      expect(steps).toEqual([
        'copying the checkout',
        'installing the fork under the old names',
        'checking types',
        'synthesizing with both',
      ]);
      expect(result.stacks).toEqual(expect.arrayContaining(['images-prod', 'patching-prod', 'scanning-prod']));
      expect(result.differences.filter(({ allowed }) => allowed === undefined)).toEqual([]);
      // The comparison is of two different libraries: else it proves nothing.
      const versions = result.differences.filter(({ path }) => path === '//.metadata.version');
      expect(versions.map(({ stack }) => stack)).toEqual(result.stacks);
      expect(new Set(versions.map(({ before, after }) => `${before ?? ''} ${after ?? ''}`))).toEqual(
        new Set(['"0.21.0" "0.24.0"']),
      );
    },
    LIMIT,
  );
});
