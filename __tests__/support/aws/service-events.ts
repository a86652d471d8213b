import { randomUUID } from 'node:crypto';
import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';
import type { BusEvent } from './event-bus';
import { matchesPattern } from './event-pattern';

/** An event as EventBridge hands it to a target. */
export interface ServiceEvent extends BusEvent {
  readonly version: '0';
  readonly id: string;
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
}

/** What becomes of an event before any rule sees it; `later`: it goes behind all that come until the next delivery. */
export type Fate = 'lose' | 'twice' | 'later';

/** A rule and its target. */
export interface EventTarget {
  /** Pattern of the rule. */
  readonly pattern: Readonly<Record<string, unknown>>;
  /** Hands an event to the target. */
  readonly send: (event: ServiceEvent) => Promise<unknown>;
  /** Times that it is tried again where that fails (Lambda API, MaximumRetryAttempts). @default 0 */
  readonly retries?: number;
}

/**
 * Events of AWS services on their way to the targets of EventBridge's rules. They lie in {@link ServiceEvents.pending} until
 * they are delivered: a test may lose, repeat and reorder them there, or say their fate by a function.
 */
export class ServiceEvents {
  /** Not delivered yet, oldest first; may be changed at will. */
  readonly pending: ServiceEvent[] = [];
  /** Given up by a target, after all its tries: what AWS leaves in the failure destination. */
  readonly givenUp: ServiceEvent[] = [];
  /** Decides about each event when its turn comes, where it is set. */
  fate: ((event: ServiceEvent) => Fate | undefined) | undefined = undefined;
  private readonly targets: readonly EventTarget[];

  constructor(targets: readonly EventTarget[]) {
    this.targets = targets;
  }

  /** Puts an event on its way; what it lacks of an event of the tests' account is filled in. */
  emit(event: BusEvent): void {
    this.pending.push({ version: '0', id: randomUUID(), account: TEST_ACCOUNT, region: TEST_REGION, ...event });
  }

  /** Delivers what is pending now, one after the other. @returns how often a target got something */
  async deliver(): Promise<number> {
    let sent = 0;
    for (const event of this.pending.splice(0)) {
      const fate = this.fate?.(event);
      if (fate === 'lose') continue;
      if (fate === 'later') this.pending.push(event);
      else for (let times = fate === 'twice' ? 2 : 1; times > 0; times--) sent += await this.send(event);
    }
    return sent;
  }

  private async send(event: ServiceEvent): Promise<number> {
    const targets = this.targets.filter(({ pattern }) => matchesPattern(pattern, event));
    for (const target of targets) if (!(await isTaken(target, event))) this.givenUp.push(event);
    return targets.length;
  }
}

async function isTaken({ send, retries = 0 }: EventTarget, event: ServiceEvent): Promise<boolean> {
  for (let tries = 0; tries <= retries; tries++)
    try {
      await send(event);
      return true;
    } catch {
      // Tried again, or given up.
    }
  return false;
}
