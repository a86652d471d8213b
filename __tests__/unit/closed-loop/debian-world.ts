import type { Authors } from '../../../domain/author/authors';
import type { Policy } from '../../../domain/policy/policy';
import { makeImage } from '../table/samples';
import type { BuildEnd } from './cloud';
import { World } from './world';

/** The golden image. */
export const NAME = 'debian-12';
export const REPOSITORY = 'golden/debian-12';
export const GLIBC = { id: 'CVE-2024-0001', package: 'glibc', severity: 'HIGH', floor: '2-2' } as const;
export const KRB5 = { id: 'CVE-2024-0002', package: 'krb5', severity: 'CRITICAL', floor: '3-1' } as const;
/** What the parent holds, and the image that was promoted by hand: both vulnerabilities are in it. */
export const OLD = { glibc: '2-1', krb5: '2-9', zlib: '1-1' };

/** A world whose one image is promoted by hand, scanned, and has a vulnerable glibc. */
export async function vulnerable(
  policy: Partial<Policy> = {},
  vulnerabilities: readonly (typeof GLIBC | typeof KRB5)[] = [GLIBC],
  authors: Authors = { choice: 'rules' },
): Promise<World> {
  const world = new World({ images: [makeImage({ parent: 'parent' }, policy)], authors });
  world.cloud.parents.set(NAME, OLD);
  world.cloud.push(REPOSITORY, ['stable'], OLD);
  world.scanAll();
  for (const vulnerability of vulnerabilities) world.scanner.learn(vulnerability);
  await world.settle();
  return world;
}

/**
 * Ends builds and scans until there are none, with an hour between.
 * @param unavailable packages that the distribution's repositories do not offer at their floor
 * @throws Error where builds are started for ever
 */
export async function finish(
  world: World,
  how: BuildEnd = 'works',
  unavailable: readonly string[] = [],
): Promise<void> {
  for (let round = 0; round < 20; round++) {
    world.tick(1);
    if (world.cloud.running().length === 0 && world.scanner.waiting().length === 0) return;
    await world.endBuilds(how, unavailable);
    await world.settle();
    world.scanAll();
    await world.settle();
  }
  throw new Error('the builds do not end');
}

/** Where the image stands, in a form that a test can say in full. */
export interface End {
  readonly head: string | undefined;
  /** Sequence of the patch that has the lease. */
  readonly lease: number | undefined;
  /** Whether the floating tag points at what HEAD says is promoted. */
  readonly agrees: boolean;
  /** How often the floating tag was moved. */
  readonly moves: number;
  /** `<sequence> <state> <reason>` each, oldest first. */
  readonly patches: readonly string[];
  /** `<package> <state> <reason>` each. */
  readonly findings: readonly string[];
  /** Kinds of the notices that people got, oldest first. */
  readonly notices: readonly string[];
}

/** Says where the image stands. */
export async function end(world: World): Promise<End> {
  const head = await world.head(NAME);
  const promoted = world.floating(NAME);
  return {
    head: head?.state,
    lease: head?.lease?.patch,
    agrees: head?.promoted === undefined || head.promoted.digest === promoted,
    moves: world.cloud.moves.filter(({ tag }) => tag.endsWith(':stable')).length,
    patches: (await world.patches(NAME)).map(({ sequence, state, reason }) =>
      [sequence, state, reason].filter(Boolean).join(' '),
    ),
    findings: (await world.findings(NAME)).map((one) => [one.package, one.state, one.reason].filter(Boolean).join(' ')),
    notices: world.notices.map(({ kind }) => kind),
  };
}

/** Lets days pass, one run of reconcile-findings in each; builds work, scans are completed. */
export async function days(world: World, count: number): Promise<void> {
  for (let day = 0; day < count; day++) {
    world.tick(25);
    await world.reconcile();
    await world.settle();
    await finish(world);
  }
}
