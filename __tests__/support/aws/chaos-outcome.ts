import { makeEcrClient } from '../../../adapters/aws/clients/ecr-client';
import { EcrImageRegistry } from '../../../adapters/aws/ecr-image-registry';
import { imagePartition } from '../../../domain/table/keys';
import { subjectOf } from './chain-events';
import { endOf, type ImageEnd, inFlight } from './chaos-end-state';
import { type ChaosEstate, vulnerabilityOf } from './chaos-estate';
import { readFailures } from './failure-destination';
import { type LambdaChain, REGISTRY_HOST } from './lambda-chain';
import { countMessages } from './waiting-messages';

/** What was given up on the way, by where it lies then. */
export interface GivenUp {
  /** Stream records, at their failure destination. */
  readonly streamRecords: number;
  /** Findings, in their dead-letter queue. */
  readonly findings: number;
  /** Rebuild signals, in theirs. */
  readonly signals: number;
  /** Ends of builds and scans that Lambda has given up. */
  readonly events: number;
}

/** How an estate stands in the end. */
export interface EstateOutcome {
  /** By the image's name. */
  readonly ends: ReadonlyMap<string, ImageEnd>;
  /** What has not come to its end. */
  readonly inFlight: readonly string[];
  /** Vulnerabilities that the scanner has told of, and the table has not. */
  readonly lost: readonly string[];
  readonly givenUp: GivenUp;
}

/** Reads how the images of an estate stand. */
export async function outcomeOf(chain: LambdaChain, { names, events }: ChaosEstate): Promise<EstateOutcome> {
  const registry = new EcrImageRegistry({ client: makeEcrClient(), registry: REGISTRY_HOST });
  const ends = new Map<string, ImageEnd>();
  const flying: string[] = [];
  const lost: string[] = [];
  for (const name of names) {
    const image = chain.image(name);
    const items = await chain.table.query(imagePartition(name));
    const floating = (await registry.describe(registry.referenceOf(image, image.floatingTag)))?.digest;
    const content = floating === undefined ? [] : chain.scanner.active(floating);
    ends.set(name, endOf(items, floating, content));
    flying.push(...inFlight(items).map((what) => `${name}: ${what}`));
    const known = new Set(items.map(({ sk }) => sk.split('#')[1]));
    const ids = events.filter((event) => subjectOf(event).repository === image.repository).map(vulnerabilityOf);
    lost.push(...ids.filter((id) => !known.has(id)).map((id) => `${name}: ${id}`));
  }
  const { queue, signals } = chain.resources;
  const failures = await readFailures(chain.failures);
  return {
    ...{ ends, inFlight: flying, lost },
    givenUp: {
      streamRecords: failures.reduce((sum, { DDBStreamBatchInfo: batch }) => sum + batch.batchSize, 0),
      findings: await countMessages(queue.deadLetterUrl),
      signals: await countMessages(signals.deadLetterUrl),
      events: chain.events.givenUp.length,
    },
  };
}
