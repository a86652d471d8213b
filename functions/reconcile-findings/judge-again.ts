import type { GoldenImage } from '../../domain/config/golden-image';
import type { RegistryReason } from '../../domain/policy/registry-reason';
import { REGISTRY_REASONS } from '../../domain/policy/registry-reason';
import { currentDigest } from '../../domain/table/head-item';
import { readFacts } from './image-facts';
import type { ReconcilePorts } from './reconcile-ports';

/**
 * Judges an image's findings again: exceptions that expired, policy that changed, residual ones whose time to be tried
 * again has come. Where findings are parked by the registry, it is asked again first.
 */
export async function judgeAgain({ table, registry, useCases }: ReconcilePorts, image: GoldenImage): Promise<void> {
  const { head, findings } = await readFacts(table, image);
  if (findings.length === 0) return;
  const digest = currentDigest(head);
  const isParked = findings.some(({ reason }) => (REGISTRY_REASONS as readonly unknown[]).includes(reason));
  const unusable: RegistryReason | undefined =
    isParked && digest !== undefined ? await registry.unusable(image, digest) : undefined;
  await useCases.judgeAgain(image, unusable);
}
