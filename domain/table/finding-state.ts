import type { Estate, GoldenImage } from '../config/golden-image';
import { ecosystemIdFor, platformOf } from '../config/golden-image';
import type { SeenPart } from '../lineage/observation-on';
import { observationOn } from '../lineage/observation-on';
import { judge } from '../policy/judge';
import type { RegistryReason } from '../policy/registry-reason';
import type { FindingItem } from './finding-item';

/** The part of a finding's item that is the policy's word. */
export type JudgedPart = Pick<FindingItem, 'state' | 'reason' | 'judgedOn' | 'semanticHash' | 'residualSince'>;

/** What the state of a finding depends on beside its observations. */
export interface StateContext {
  readonly image: GoldenImage;
  readonly exceptions: Estate['exceptions'];
  /** Digest that counts; undefined where none is known yet. */
  readonly current: string | undefined;
  readonly now: Date;
  /** Why the current digest cannot be patched, by its registry, where that was asked and says so. */
  readonly unusable?: RegistryReason;
}

const HOUR = 3_600_000;

/**
 * Judges a finding on the current digest. FIXED comes only from an observation that carries proof; RESIDUAL stays until
 * the facts change or it is time to try again.
 */
export function judgeFinding(
  finding: Pick<FindingItem, 'vulnerabilityId' | 'packageManager' | 'package'>,
  observed: SeenPart,
  known: JudgedPart | undefined,
  context: StateContext,
): JudgedPart {
  const { image, exceptions, current, now } = context;
  const on = current === undefined ? undefined : observationOn(observed, current);
  const about = { ...(current !== undefined && { judgedOn: current }), semanticHash: on?.semanticHash ?? '' };
  if (on?.status === 'CLOSED' && on.proof !== undefined) return { ...about, state: 'FIXED' };
  const verdict = judge(on === undefined ? undefined : { ...finding, ...on }, {
    image: image.name,
    platform: platformOf(image, on?.platform),
    ecosystem: ecosystemIdFor(image, on?.platform),
    policy: image.policy,
    exceptions,
    now,
  });
  if (verdict.state === 'OPEN' && known?.state === 'RESIDUAL' && staysResidual(known, about, image, now))
    return { ...about, state: 'RESIDUAL', ...residualPart(known) };
  if (verdict.state === 'OPEN' && context.unusable !== undefined)
    return { ...about, state: 'PARKED', reason: context.unusable };
  if (verdict.state === 'CLOSED' && on?.closedBecause !== undefined)
    return { ...about, ...verdict, reason: on.closedBecause };
  return { ...about, ...verdict };
}

function residualPart({ reason, residualSince }: JudgedPart): Pick<JudgedPart, 'reason' | 'residualSince'> {
  return { ...(reason !== undefined && { reason }), ...(residualSince !== undefined && { residualSince }) };
}

function staysResidual(
  known: JudgedPart,
  about: Pick<JudgedPart, 'judgedOn' | 'semanticHash'>,
  image: GoldenImage,
  now: Date,
): boolean {
  const since = Date.parse(known.residualSince ?? '');
  const retryAt = since + image.policy.retryResidualAfterHours * HOUR;
  return known.judgedOn === about.judgedOn && known.semanticHash === about.semanticHash && now.getTime() < retryAt;
}

/** True where two verdicts are the same. */
export function sameVerdict(left: JudgedPart, right: JudgedPart): boolean {
  return (
    left.state === right.state &&
    left.reason === right.reason &&
    left.judgedOn === right.judgedOn &&
    left.semanticHash === right.semanticHash &&
    left.residualSince === right.residualSince
  );
}
