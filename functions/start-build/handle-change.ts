import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { Logger, Metrics } from '../../domain/ports';
import { withFacts } from '../../domain/with-facts';
import { reportFailure, UnfinishedError } from '../shared/failure';
import { countStart } from './count-start';
import { parameterChange } from './events';
import type { StartBuildResult } from './start-build';

/** What a change is handled with. */
export interface HandleChangeOptions {
  readonly estate: Estate;
  /** Account and region whose parameters count. */
  readonly home: { readonly account: string; readonly region: string };
  /** Name of the image that a parameter belongs to; undefined for any other parameter. */
  readonly imageOf: (parameter: string) => string | undefined;
  readonly startBuild: (image: GoldenImage, logger: Logger) => Promise<StartBuildResult>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Why an event starts nothing, beside what the use case finds. */
type Passed = 'other-account' | 'other-region' | 'other-operation' | 'other-parameter' | 'not-declared';

/**
 * Makes the handler of a changed parameter. What it throws is tried again by the queue that the event came by, for hours: a
 * quota comes free when other builds have ended. A build that is refused for good is counted, and done with.
 */
export function makeHandleChange(options: HandleChangeOptions): (event: unknown) => Promise<void> {
  const { estate, home, logger, metrics } = options;
  const images = new Map([...estate.byRepository.values()].map((image) => [image.name, image]));
  const pass = (reason: Passed, facts: Readonly<Record<string, unknown>>): void => {
    metrics.count('EventsIgnored', 1, reason);
    logger.info('event passed over', { ...facts, reasons: [reason] });
  };
  return async (event) => {
    const facts: Record<string, unknown> = {};
    try {
      const { id, account, region, detail } = parse(event);
      Object.assign(facts, { eventId: id, parameter: detail.name });
      if (account !== home.account) {
        pass('other-account', facts);
        return;
      }
      if (region !== home.region) {
        pass('other-region', facts);
        return;
      }
      if (detail.operation !== 'Update') {
        pass('other-operation', facts);
        return;
      }
      const name = options.imageOf(detail.name);
      const image = images.get(name ?? '');
      if (name === undefined || image === undefined) {
        pass(name === undefined ? 'other-parameter' : 'not-declared', facts);
        return;
      }
      Object.assign(facts, { image: name });
      const result = await options.startBuild(image, withFacts(logger, facts));
      if (result.did === 'nothing' && result.why === 'signal-unfinished')
        throw new UnfinishedError(`the signal of ${name} is not written down yet`);
      countStart(metrics, result);
      if (result.did !== 'refused') return;
      const { patch, error } = result;
      logger.error('build is refused', { ...facts, patch: patch.sequence, detail: patch.detail, error });
    } catch (error) {
      reportFailure(options, error, facts);
      throw error;
    }
  };
}

function parse(event: unknown): ReturnType<typeof parameterChange.parse> {
  const parsed = parameterChange.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new BadInputError('the event is no Parameter Store Change', {
    hint: 'only the EventBridge rule on the signal parameters may invoke this function',
    cause: parsed.error,
  });
}
