import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanDocument, ResourceChange } from '../../../scripts/plan/plan-document';
import { parsePlanDocument } from '../../../scripts/plan/plan-document';

/**
 * Documents of the real Terraform 1.11.4 and hashicorp/aws 5.100.0, of an images stack in an emulator. What nothing here
 * reads (configuration, prior state, planned values) was cut off.
 */
export const REAL_PLANS = ['destroy', 'drift', 'first-deployment', 'images-changed', 'no-changes'] as const;

/** Path of a real plan. */
export function planFile(name: (typeof REAL_PLANS)[number]): string {
  return join(__dirname, `../../support/terraform/fixtures/${name}.json`);
}

/** A real plan. */
export function realPlan(name: (typeof REAL_PLANS)[number]): PlanDocument {
  return parsePlanDocument(readFileSync(planFile(name), 'utf8'), name);
}

/** A change as Terraform writes it: an update of nothing, unless said otherwise. */
export function resource(
  address: string,
  change: Partial<ResourceChange['change']>,
  rest: Partial<ResourceChange> = {},
): ResourceChange {
  const [type = '', name = ''] = address.split('.');
  return {
    address,
    type,
    name,
    mode: 'managed',
    change: { actions: ['update'], before: {}, after: {}, ...change },
    ...rest,
  };
}

/** A plan of changes. */
export function planOf(...changes: readonly ResourceChange[]): PlanDocument {
  return { format_version: '1.2', resource_changes: [...changes] };
}
