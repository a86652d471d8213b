import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRandom, type Random } from '../random';
import { CALL_FAULTS, type CallFault, faultAnswer, type SignedCall, signedCall } from './chaos-faults';
import { type HttpStub, type StubAction, type StubRequest, startHttpStub } from './http-stub';

/** How much goes wrong; shares are from 0 to 1. */
export interface ChaosLevel {
  /** Share of all tries of calls that fail. */
  readonly failingCalls: number;
  /** Of the calls whose first try fails, the share that fails whenever it is tried, so that the function hears of it. */
  readonly lasting: number;
  /** Share of invocations in which the function's process is killed. */
  readonly kills: number;
  /** Share of events that come twice. */
  readonly duplicates: number;
}

/** A tenth of all calls fails. */
export const CHAOS: ChaosLevel = { failingCalls: 0.1, lasting: 0.1, kills: 0.25, duplicates: 0.1 };
/** Nothing goes wrong. */
export const CALM: ChaosLevel = { failingCalls: 0, lasting: 0, kills: 0, duplicates: 0 };

/** What has gone wrong so far. */
export interface ChaosCounts {
  /** Tries of calls. */
  calls: number;
  /** Tries that failed, by how. */
  readonly failed: Record<CallFault, number>;
  /** Calls that failed whenever they were tried. */
  lasting: number;
  /** Processes that were killed. */
  kills: number;
  invocations: number;
  /** Events that came twice. */
  duplicates: number;
}

/** A function as far as it can be killed. */
export interface Killable {
  readonly isBusy: boolean;
  kill(): void;
  invoke(event: unknown): Promise<unknown>;
}

/**
 * A share of the failing calls by how they fail. Few are throttled: with the SDK's adaptive retries each costs its client some
 * seconds, the more the younger the process is, and a client that is throttled all the time is slower than any run can wait.
 */
const WEIGHTS: readonly (readonly [CallFault, number])[] = [
  ['throttled', 0.02],
  ['failed', 0.48],
  ['timed-out', 0.1],
  ['reply-lost', 0.4],
];
/**
 * Most tries that are left without an answer until the client gives up, after seconds; others are cut off before. A model is
 * waited for for minutes: its are always cut off.
 */
const HANGS_LIMIT = 3;
/** Milliseconds after which a try without an answer is cut off. */
const CUT_OFF_MS = 50;
/** Calls of an invocation before which, or after which, it may be killed. */
const KILL_WITHIN = 30;

/**
 * Servers between functions and the services: a seed decides which tries fail and how, and in which of its calls a
 * function's process is killed. The same seed meets the same calls of a function as long as they come in the same order.
 */
export class Chaos {
  readonly counts: ChaosCounts = {
    ...{ calls: 0, lasting: 0, kills: 0, invocations: 0, duplicates: 0 },
    failed: { throttled: 0, failed: 0, 'timed-out': 0, 'reply-lost': 0 },
  };
  private level: ChaosLevel;
  private readonly seed: number;
  private readonly streams = new Map<string, Random>();
  private readonly lasting = new Map<string, CallFault>();
  private readonly doomed = new Map<string, { function: Killable; calls: number; when: 'before' | 'after' }>();
  private readonly stubs: HttpStub[] = [];
  private hangs = 0;

  constructor(seed: number, level: ChaosLevel) {
    this.seed = seed;
    this.level = level;
  }

  /** True where nothing goes wrong. */
  get isCalm(): boolean {
    return this.level === CALM;
  }

  /** Has nothing go wrong any more. */
  calm(): void {
    this.level = CALM;
    this.lasting.clear();
    this.doomed.clear();
  }

  /** Starts a server before one of the services'. @returns its URL */
  async before(target: string): Promise<string> {
    const stub = await startHttpStub(async (request) => await this.act(request), target);
    this.stubs.push(stub);
    return stub.url;
  }

  /** Has a function's invocations counted, and some of them killed. */
  watch(name: string, target: Killable): void {
    const invoke = target.invoke.bind(target);
    const random = this.stream(`kills of ${name}`);
    target.invoke = async (event) => {
      this.counts.invocations++;
      this.doomed.delete(name);
      if (random.next() < this.level.kills)
        this.doomed.set(name, {
          function: target,
          // Early ones more often: most invocations make few calls.
          calls: 1 + Math.floor(KILL_WITHIN * random.next() ** 2),
          when: random.pick(['before', 'after'] as const),
        });
      return await invoke(event);
    };
  }

  /** Whether an event comes twice. */
  isRepeated(): boolean {
    const isRepeated = this.stream('events').next() < this.level.duplicates;
    if (isRepeated) this.counts.duplicates++;
    return isRepeated;
  }

  /** Events as they come: some of them twice, at once or later. */
  repeated<T>(events: readonly T[]): T[] {
    const all = [...events];
    for (const event of events) if (this.isRepeated()) all.splice(this.stream('order').below(all.length + 1), 0, event);
    return all;
  }

  /** What becomes of a download by URL, which no signature tells of; undefined where it succeeds. */
  download(): StubAction | undefined {
    this.counts.calls++;
    const random = this.stream('downloads');
    if (random.next() >= this.level.failingCalls) return undefined;
    const fault = random.pick(['failed', 'timed-out'] as const);
    this.counts.failed[fault]++;
    return fault === 'failed' ? { status: 500 } : 'drop';
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.stubs.map(async (stub) => {
        await stub.stop();
      }),
    );
  }

  private async act(request: StubRequest): Promise<StubAction> {
    const call = signedCall(request);
    if (call === undefined) return 'forward';
    this.counts.calls++;
    const death = this.deathIn(call);
    if (death !== undefined) return death === 'before' ? 'drop' : 'lose';
    const fault = this.faultOf(call);
    if (fault === undefined) return 'forward';
    this.counts.failed[fault]++;
    switch (fault) {
      case 'throttled':
      case 'failed':
        return faultAnswer(call.service, fault);
      case 'reply-lost':
        return 'lose';
      case 'timed-out':
        if (call.service !== 'bedrock' && !this.lasting.has(call.id) && this.hangs++ < HANGS_LIMIT) return 'hang';
        await sleep(CUT_OFF_MS);
        return 'drop';
    }
  }

  /** Kills the caller where its time has come. @returns when, seen from the call */
  private deathIn({ caller }: SignedCall): 'before' | 'after' | undefined {
    const doom = this.doomed.get(caller);
    if (doom === undefined || --doom.calls > 0) return undefined;
    this.doomed.delete(caller);
    if (!doom.function.isBusy) return undefined;
    this.counts.kills++;
    doom.function.kill();
    return doom.when;
  }

  private faultOf({ caller, id, attempt }: SignedCall): CallFault | undefined {
    const known = this.lasting.get(id);
    if (known !== undefined) return known;
    const random = this.stream(caller);
    if (random.next() >= this.level.failingCalls) return undefined;
    const fault = pickFault(random);
    if (attempt === 1 && random.next() < this.level.lasting) {
      this.lasting.set(id, fault);
      this.counts.lasting++;
    }
    return fault;
  }

  /** Random numbers of their own for each purpose: what one draws changes nothing for another. */
  private stream(name: string): Random {
    const seed = createHash('sha256').update(`${this.seed} ${name}`).digest().readUInt32BE();
    const known = this.streams.get(name) ?? makeRandom(seed);
    this.streams.set(name, known);
    return known;
  }
}

function pickFault(random: Random): CallFault {
  let rest = random.next();
  for (const [fault, weight] of WEIGHTS) {
    rest -= weight;
    if (rest < 0) return fault;
  }
  return CALL_FAULTS[3];
}
