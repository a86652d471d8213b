import { startHttpStub, type StubAction, type StubRequest } from './http-stub';
import type { LambdaChain } from './lambda-chain';

/**
 * What happens at a side effect: the function's process dies before it, or right after it took place; or the service
 * refuses it, for good as far as the function can tell.
 */
export type Fault = 'dies before' | 'dies after' | 'refused';

/** Decides about a side effect. @param effect e.g. `PutItem PATCH SIGNALED` @param number counted from 1 */
export type FaultPlan = (effect: string, number: number) => Fault | undefined;

/** The side effects of a chain's functions, and faults at them. */
export interface SideEffects {
  /** The functions' calls of DynamoDB, S3 and SSM go here. */
  readonly url: string;
  /** Side effects so far, oldest first; also those that were kept from taking place. */
  readonly seen: readonly string[];
  /** Faults so far. */
  readonly faults: readonly Fault[];
  /** Has faults happen to a chain from now on. */
  attach(chain: LambdaChain, plan: FaultPlan): void;
  stop(): Promise<void>;
}

/** Starts a server between functions and moto that sees every side effect. */
export async function watchSideEffects(moto: string): Promise<SideEffects> {
  const seen: string[] = [];
  const faults: Fault[] = [];
  let attached: { readonly chain: LambdaChain; readonly plan: FaultPlan } | undefined;

  /** @param after what is done with a request whose sender dies once it took place */
  const act = (request: StubRequest, after: 'lose' | 'drop'): StubAction | undefined => {
    const effect = effectOf(request);
    if (effect === undefined || attached === undefined) return undefined;
    seen.push(effect);
    const fault = attached.plan(effect, seen.length);
    if (fault === undefined) return undefined;
    faults.push(fault);
    if (fault === 'refused') return refusal(request);
    for (const one of Object.values(attached.chain.functions)) if (one.isBusy) one.kill();
    return fault === 'dies before' ? 'drop' : after;
  };
  const stub = await startHttpStub((request) => act(request, 'lose') ?? 'forward', moto);
  return {
    url: stub.url,
    seen,
    faults,
    attach: (chain, plan) => {
      attached = { chain, plan };
      const { imageBuilder } = chain;
      imageBuilder.intercept = (request) => {
        const action = act(request, 'lose');
        // The answer of a build that is started goes to nobody.
        return action === 'lose' ? undefined : action;
      };
    },
    stop: stub.stop,
  };
}

/** What a request changes; undefined where it only reads. */
function effectOf({ method, path, headers, body }: StubRequest): string | undefined {
  const operation = (headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  if (operation === 'PutItem') return `PutItem ${itemOf(body)}`;
  if (operation === 'DeleteItem' || operation === 'PutParameter') return operation;
  if (operation !== '' || method !== 'PUT') return undefined;
  if (path.startsWith('/StartImagePipelineExecution')) return 'StartImagePipelineExecution';
  return `PutObject ${path.split('/')[2] ?? ''}`;
}

function itemOf(body: Buffer): string {
  const { Item = {} } = JSON.parse(body.toString()) as { Item?: Record<string, { S?: string }> };
  return [Item['type']?.S, Item['state']?.S].filter((part) => part !== undefined).join(' ');
}

/** An answer that no retry changes, in the protocol of the service that was asked. */
export function refusal({ headers, path }: Pick<StubRequest, 'headers' | 'path'>): StubAction {
  const message = 'not now';
  if (headers['x-amz-target'] !== undefined)
    return {
      status: 400,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: { __type: 'AccessDeniedException', message },
    };
  if (path.startsWith('/StartImagePipelineExecution'))
    return { status: 403, headers: { 'x-amzn-errortype': 'ForbiddenException' }, body: { message } };
  return {
    status: 403,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`,
  };
}
