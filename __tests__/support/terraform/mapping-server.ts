import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { TEST_ACCOUNT, TEST_REGION } from '../aws/aws-environment';
import { startHttpStub, type HttpStub, type StubAction, type StubRequest } from '../aws/http-stub';

const eventSourceMapping = z.looseObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.number(),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }).optional(),
  FunctionResponseTypes: z.array(z.string()).default([]),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumRetryAttempts: z.number().default(-1),
  MaximumRecordAgeInSeconds: z.number().default(-1),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }).optional(),
  Tags: z.record(z.string(), z.string()).default({}),
});

/** An event source mapping in the words of the Lambda API (CreateEventSourceMapping), with its defaults for streams. */
export type EventSourceMapping = z.infer<typeof eventSourceMapping>;

/** Lambda, with event source mappings that only lie there. */
export interface MappingServer extends HttpStub {
  /** Those that there are, oldest first. */
  readonly mappings: () => readonly EventSourceMapping[];
}

const MAPPINGS = '/2015-03-31/event-source-mappings';
const TAGS = '/2017-03-31/tags/';

/**
 * Starts a Lambda endpoint in front of moto's that keeps event source mappings itself. moto takes records off the stream
 * and messages off the queue for those it has, at once and without their settings, for functions that it cannot run;
 * disabling or deleting a mapping does not keep it from that. Pollers of the tests work by those that are kept here.
 */
export async function startMappingServer(moto: string): Promise<MappingServer> {
  const kept = new Map<string, EventSourceMapping>();
  const stub = await startHttpStub((request) => answer(kept, request), moto);
  return { ...stub, requests: stub.requests, mappings: () => [...kept.values()] };
}

function answer(kept: Map<string, EventSourceMapping>, { method, path, body }: StubRequest): StubAction {
  const { pathname } = new URL(path, 'http://lambda');
  if (pathname.startsWith(TAGS) && decodeURIComponent(pathname).includes(':event-source-mapping:'))
    return { status: 200, body: { Tags: kept.get(idOf(decodeURIComponent(pathname)))?.Tags ?? {} } };
  if (!pathname.startsWith(MAPPINGS)) return 'forward';
  const id = method === 'POST' ? randomUUID() : pathname.slice(MAPPINGS.length).replaceAll('/', '');
  if (method === 'POST') kept.set(id, eventSourceMapping.parse(JSON.parse(body.toString())));
  const mapping = kept.get(id);
  if (mapping === undefined)
    return { status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: { Message: id } };
  if (method === 'DELETE') kept.delete(id);
  const { FunctionName: FunctionArn, Tags: _tags, ...settings } = mapping;
  return {
    status: method === 'GET' ? 200 : 202,
    body: {
      ...settings,
      FunctionArn,
      UUID: id,
      EventSourceMappingArn: `arn:aws:lambda:${TEST_REGION}:${TEST_ACCOUNT}:event-source-mapping:${id}`,
      State: method === 'DELETE' ? 'Deleting' : 'Enabled',
      StateTransitionReason: 'USER_INITIATED',
    },
  };
}

function idOf(arn: string): string {
  return arn.split(':').at(-1) ?? '';
}
