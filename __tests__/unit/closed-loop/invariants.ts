import { nextAttempt } from '../../../domain/plan/next-attempt';
import { promotedPatch, wantedPlan } from '../../../domain/plan/wanted-plan';
import { isAtLeast } from '../../../domain/finding/severity';
import type { GoldenImage } from '../../../domain/config/golden-image';
import { currentDigest } from '../../../domain/table/head-item';
import { movedTag } from '../../../domain/table/moved-tag';
import { BROKEN_USER } from './cloud';
import type { World } from './world';

/** Longest that an image may be put off, in milliseconds. */
const LONGEST = 86_400_000;

/** Has every move of a floating tag checked: only to what is proven, or back to where it was. */
export function watchTags(world: World): string[] {
  const violations: string[] = [];
  const been = new Map<string, Set<string>>();
  // Where the loop itself has put it last: somebody may have moved it since, and what they put there is no measure.
  const put = new Map<string, string>();
  for (const { repository, floatingTag } of world.images()) {
    const tag = `${repository}:${floatingTag}`;
    const at = world.cloud.tags.get(tag) ?? '';
    been.set(tag, new Set([at]));
    put.set(tag, at);
  }
  world.cloud.onMove = (tag, digest) => {
    const before = been.get(tag);
    if (before === undefined) return;
    const from = put.get(tag);
    put.set(tag, digest);
    const isBack = before.has(digest);
    before.add(digest);
    if (isBack) return;
    if (world.scanner.statusOf(digest).state !== 'scanned')
      violations.push(`${tag} moved to ${digest}, which was not scanned`);
    // What the scanner did not look at any more cannot be known of.
    if (from === undefined || world.scanner.statusOf(from).state !== 'scanned') return;
    const had = new Set(world.scanner.truth(from));
    const worse = world.scanner
      .truth(digest)
      .map((id) => world.scanner.vulnerabilities.get(id))
      .filter((one) => one !== undefined && !had.has(one.id) && isAtLeast(one.severity, 'HIGH'));
    if (worse.length > 0)
      violations.push(`${tag} moved to what has ${worse.map((one) => one?.id).join()} and the image before has not`);
  };
  return violations;
}

/** What must hold after every step. @returns one sentence per violation */
export async function violationsOf(world: World): Promise<string[]> {
  const violations: string[] = [];
  for (const { name } of world.images()) {
    const running = world.cloud.running(name);
    const notBefore = await world.postponed(name);
    if (notBefore !== undefined && Date.parse(notBefore) - world.now.getTime() > LONGEST)
      violations.push(`${name} is put off until ${notBefore}`);
    if (running.length > 1) violations.push(`${name} has ${String(running.length)} builds in flight`);
    for (const finding of await world.findings(name)) {
      if (finding.state !== 'FIXED') continue;
      const on = finding.observations[finding.judgedOn ?? ''];
      if (on?.status !== 'CLOSED' || on.proof === undefined) violations.push(`${finding.sk} is FIXED without proof`);
    }
    violations.push(...(await brokenContracts(world, name)), ...(await lostBefore(world, name)));
    const sequences = new Map((await world.patches(name)).map((patch) => [patch.scriptUri, patch.sequence]));
    const signaled = world.signals.filter(({ image }) => image === name).map(({ value }) => sequences.get(value) ?? 0);
    if (signaled.some((sequence, index) => sequence < (signaled[index - 1] ?? 0)))
      violations.push(`${name} was signaled ${signaled.join()}: an older patch after a newer one`);
  }
  return violations;
}

/** That the first promotion has left no way back to the image that had the floating tag, or has let it go. */
async function lostBefore(world: World, name: string): Promise<string[]> {
  const head = await world.head(name);
  const promoted = (await world.patches(name)).filter(({ promotion }) => promotion !== undefined);
  if (promoted.length !== 1 || head?.promoted?.patch !== promoted[0]?.sequence) return [];
  const { previous } = head ?? {};
  if (previous === undefined) return [`nothing of ${name} is there to go back to from its first promotion`];
  const description = await world.cloud.registry.describe(previous.reference);
  return description?.digest === previous.digest ? [] : [`${previous.reference} of ${name} is not what was before`];
}

/** Promoted images that break the contract of all that were before, and nobody has said that this is fine. */
async function brokenContracts(world: World, name: string): Promise<string[]> {
  const patches = await world.patches(name);
  const accepted = patches.find(({ acceptsContract }) => acceptsContract === true)?.sequence ?? Infinity;
  return patches
    .filter(({ state, sequence }) => state === 'PROMOTED' && sequence < accepted)
    .filter(({ candidate }) => world.cloud.images.get(candidate?.digest ?? '')?.contract.user === BROKEN_USER)
    .map(({ sequence }) => `patch ${String(sequence)} of ${name} is promoted, and has broken the contract`);
}

/**
 * Lets the time come of what was put off, again and again where that is put off once more, for a bounded number of times.
 * @param work what happens when the time of one has come
 */
export async function waitForPostponed(world: World, work: () => Promise<void>): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const times = await Promise.all(world.images().map(async ({ name }) => await world.postponed(name)));
    const [next] = times.filter((time) => time !== undefined).sort();
    if (next === undefined) return;
    world.tick((Date.parse(next) - world.now.getTime()) / 3_600_000);
    await work();
  }
}

/** What is stuck, when no event is on its way any more, nor is put off for later. @returns one sentence each */
export async function stuckIn(world: World): Promise<string[]> {
  const stuck: string[] = [];
  for (const image of world.images()) {
    const { name } = image;
    const head = await world.head(name);
    const patches = await world.patches(name);
    if (head?.lease !== undefined) stuck.push(`${name} has the lease of patch ${String(head.lease.patch)}`);
    const notBefore = await world.postponed(name);
    if (notBefore !== undefined) stuck.push(`${name} is put off again and again, until ${notBefore}`);
    if (head?.promoted !== undefined && head.promoted.digest !== world.floating(name))
      stuck.push(...(await untold(world, image, head.promoted.digest)));
    const today = world.now.toISOString().slice(0, 10);
    const isSpent = head?.builds.day === today && head.builds.count >= image.policy.buildsPerDay;
    const waits = patches.filter(({ state }) => ['READY', 'SIGNALED', 'BUILDING', 'CANDIDATE'].includes(state));
    if (head?.state === 'STOPPED' || isSpent) continue;
    for (const { sequence, state } of waits) stuck.push(`patch ${String(sequence)} of ${name} is ${state}`);
    stuck.push(...(await unpatched(world, image)));
    stuck.push(...(await unlike(world, image)));
  }
  return stuck;
}

/** That the floating tag is not where HEAD says, and nobody knows of it: somebody has moved it, and is to be told of. */
async function untold(world: World, { name }: GoldenImage, proven: string): Promise<string[]> {
  const at = world.floating(name);
  const seen = movedTag(await world.items(name));
  const isTold = world.notices.some(
    (one) => one.kind === 'tag-moved' && one.image === name && one.digest === at && one.proven === proven,
  );
  return isTold && seen !== undefined && seen.at === at ? [] : [`the floating tag of ${name} is not where HEAD says`];
}

/** Open findings that nothing is done about, for no reason. */
async function unpatched(world: World, image: GoldenImage): Promise<string[]> {
  const [head, patches, findings] = [
    await world.head(image.name),
    await world.patches(image.name),
    await world.findings(image.name),
  ];
  const plan = wantedPlan(image, findings, promotedPatch(head, patches));
  if (plan === undefined) return [];
  const answer = nextAttempt(plan.planHash, patches, image.policy, world.now);
  const isSettled = typeof answer === 'string' && answer !== 'same-plan';
  return isSettled
    ? []
    : [`${image.name} has open findings, and nothing is done: ${typeof answer === 'string' ? answer : 'never tried'}`];
}

/** Findings that the table has otherwise than the scanner, on the image that is promoted. */
async function unlike(world: World, { name }: GoldenImage): Promise<string[]> {
  const digest = currentDigest(await world.head(name)) ?? world.floating(name);
  if (digest === undefined || world.scanner.statusOf(digest).state !== 'scanned') return [];
  const truth = world.scanner.truth(digest).sort();
  const known = (await world.findings(name))
    .filter(({ state, reason }) => state !== 'FIXED' && state !== 'CLOSED' && reason !== 'stale-digest')
    .map(({ vulnerabilityId }) => vulnerabilityId)
    .sort();
  return known.join() === truth.join() ? [] : [`${name} has ${truth.join()}, and the table says ${known.join()}`];
}
