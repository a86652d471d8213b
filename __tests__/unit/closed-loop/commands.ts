import fc from 'fast-check';
import type { BuildEnd } from './cloud';
import type { EventKind, World } from './world';

/** The model is as little as the commands need to be possible; what must hold is asked of the world itself. */
export interface Model {
  /** Days that have passed. */
  hours: number;
}

/** A command on the world, by name, so that a counterexample can be read. */
class Command implements fc.AsyncCommand<Model, World> {
  private readonly name: string;
  private readonly act: (world: World, model: Model) => Promise<void> | void;
  private readonly after: (world: World) => Promise<void>;

  constructor(name: string, act: Command['act'], after: Command['after']) {
    this.name = name;
    this.act = act;
    this.after = after;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    await this.act(world, model);
    await this.after(world);
  }

  toString(): string {
    return this.name;
  }
}

const PACKAGES = ['glibc', 'krb5', 'zlib', 'expat'];
const KINDS: readonly (EventKind | undefined)[] = [undefined, 'findings', 'parameters', 'builds', 'scans'];
const ENDS: readonly BuildEnd[] = [
  ...(['works', 'works', 'works', 'works'] as const),
  ...(['fails', 'nothing-improved', 'builder-fails', 'cancelled', 'breaks-contract', 'breaks-contract'] as const),
];

/**
 * What may happen in a world, in any order: facts, losses, repetitions, deaths, the passing of time, and what people do.
 * @param after is run after each
 */
export function worldCommands(after: (world: World) => Promise<void>): fc.Arbitrary<fc.AsyncCommand<Model, World>>[] {
  const command = (name: string, act: Command['act']): Command => new Command(name, act, after);
  const image = fc.nat(1);
  const nameOf = (world: World, index: number): string => world.images()[index % world.images().length]?.name ?? '';
  return [
    fc
      .tuple(
        fc.constantFrom(...PACKAGES),
        fc.constantFrom('HIGH', 'CRITICAL', 'LOW' as const),
        fc.option(fc.integer({ min: 2, max: 9 })),
      )
      .map(([name, severity, floor]) =>
        command(`learn(${name}, ${severity}, ${String(floor)})`, (world) => {
          const about = { id: `CVE-2024-${name}`, package: name, severity };
          // No two words of the scanner are of the same moment.
          world.tick(1 / 3600);
          world.scanner.learn({ ...about, ...(floor !== null && { floor: `1-${String(floor)}` }) });
        }),
      ),
    fc.constant(
      command('step', async (world) => {
        await world.step();
      }),
    ),
    fc.constant(
      command('settle', async (world) => {
        await world.settle();
      }),
    ),
    fc.constantFrom(...ENDS).map((how) =>
      command(`goOn(${how})`, async (world) => {
        await world.settle();
        await world.endBuilds(how);
        await world.settle();
        world.tick(1 / 3600);
        world.scanAll();
        await world.settle();
      }),
    ),
    fc.tuple(fc.constantFrom(...ENDS), fc.subarray(PACKAGES, { maxLength: 1 })).map(([how, unavailable]) =>
      command(`endBuilds(${how}, [${unavailable.join()}])`, async (world) => {
        await world.endBuilds(how, unavailable);
      }),
    ),
    fc.constantFrom('versioned', 'untagged' as const).map((tagged) =>
      command(`pushEarly(${tagged})`, async (world) => {
        await world.settle();
        world.tick(1 / 3600);
        await world.pushEarly(tagged);
        await world.step();
      }),
    ),
    fc.constant(
      command('scanAll', (world) => {
        world.tick(1 / 3600);
        world.scanAll();
      }),
    ),
    fc.constantFrom(...KINDS).map((kind) =>
      command(`lose(${kind ?? 'nothing'})`, (world) => {
        world.lose(kind);
      }),
    ),
    fc.constantFrom('findings', 'parameters', 'builds', 'scans' as const).map((kind) =>
      command(`repeat(${kind})`, (world) => {
        world.repeat(kind);
      }),
    ),
    fc.constantFrom(1, 2, 26, 200).map((hours) =>
      command(`tick(${String(hours)})`, (world, model) => {
        model.hours += hours;
        world.tick(hours);
      }),
    ),
    fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('before', 'after' as const)).map(([ahead, when]) =>
      command(`die(${when} effect ${String(ahead)})`, (world) => {
        const at = world.effects.count + ahead;
        world.effects.diesAt = (effect) => (effect === at ? when : undefined);
      }),
    ),
    fc.constant(
      command('reconcile', async (world) => {
        await world.reconcile();
      }),
    ),
    image.map((index) =>
      command(`expireScan(${String(index)})`, (world) => {
        const digest = world.floating(nameOf(world, index));
        world.tick(1 / 3600);
        if (digest !== undefined) world.scanner.expire(digest);
      }),
    ),
    image.map((index) =>
      command(`rollBack(${String(index)})`, async (world) => {
        await world.rollBack(nameOf(world, index), 'by the model');
      }),
    ),
    image.map((index) =>
      command(`promoteAndRollBack(${String(index)})`, async (world) => {
        await world.settle();
        await world.endBuilds();
        await world.settle();
        world.tick(1 / 3600);
        world.scanAll();
        await world.settle();
        await world.rollBack(nameOf(world, index), 'by the model');
      }),
    ),
    fc.tuple(image, fc.constantFrom('to a new image', 'to an old one', 'away', 'back' as const)).map(([index, where]) =>
      command(`somebody moves the tag(${String(index)}, ${where})`, async (world) => {
        await world.moveTag(nameOf(world, index), where);
      }),
    ),
    image.map((index) =>
      command(`somebody pushes another image(${String(index)})`, (world) => {
        world.tick(1 / 3600);
        world.pushBeside(nameOf(world, index));
      }),
    ),
    image.map((index) =>
      command(`retry(${String(index)})`, async (world) => {
        await world.retry(nameOf(world, index));
      }),
    ),
    fc.tuple(image, fc.boolean()).map(([index, accepts]) =>
      command(`rebuild(${String(index)}${accepts ? ', accepts the contract' : ''})`, async (world) => {
        await world.rebuild(nameOf(world, index), 'by the model', accepts ? { acceptsContract: true } : {});
      }),
    ),
    fc.constantFrom('the role may not start it', undefined).map((refusal) =>
      command(`refuseBuilds(${String(refusal !== undefined)})`, (world) => {
        world.cloud.refusal = refusal;
      }),
    ),
    fc.integer({ min: 2, max: 9 }).map((version) =>
      command(`newParent(1-${String(version)})`, (world) => {
        for (const { name } of world.images())
          world.cloud.parents.set(name, Object.fromEntries(PACKAGES.map((one) => [one, `1-${String(version)}`])));
      }),
    ),
  ];
}
