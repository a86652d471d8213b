/** The process died: nothing of the invocation goes on, and nobody hears its answer. */
class Death extends Error {}

/** When a process dies at a side effect, counted from 1 over the whole run. */
export type DiesAt = (effect: number) => 'before' | 'after' | undefined;

/** Runs invocations whose side effects may kill the process that they run in, before or after they took place. */
export class Effects {
  count = 0;
  deaths = 0;
  private isDead = false;
  /** May be changed between invocations. */
  diesAt: DiesAt;

  constructor(diesAt: DiesAt = () => undefined) {
    this.diesAt = diesAt;
  }

  /** Wraps every method of a port in a side effect, but for those that only read. */
  guard<T extends object>(port: T, writes: readonly (keyof T & string)[]): T {
    const names = new Set<PropertyKey>(writes);
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const method = value as (...args: readonly unknown[]) => unknown;
        return names.has(name)
          ? async (...args: readonly unknown[]): Promise<unknown> =>
              await this.effect(async () => await method.apply(target, [...args]))
          : method.bind(target);
      },
    });
  }

  /** Runs an invocation. @returns whether it lived to its end; what it threw beside a death is thrown */
  async invoke(run: () => Promise<unknown>): Promise<boolean> {
    this.isDead = false;
    try {
      await run();
    } catch (error) {
      if (!this.hasDied()) throw error;
    }
    return !this.hasDied();
  }

  private hasDied(): boolean {
    return this.isDead;
  }

  private async effect(run: () => Promise<unknown>): Promise<unknown> {
    if (this.isDead) throw new Death('dead');
    const death = this.diesAt(++this.count);
    if (death === 'before') this.die();
    const result = await run();
    if (death === 'after') this.die();
    return result;
  }

  private die(): never {
    this.isDead = true;
    this.deaths++;
    throw new Death('died');
  }
}
