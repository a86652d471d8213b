import type { Account } from './account';
import type { Check, CheckResult } from './check';
import { runChecks } from './check';
import { failures } from './checks/failures';
import { floatingTags } from './checks/floating-tags';
import { identity } from './checks/identity';
import { inspectorEnabled } from './checks/inspector-enabled';
import { model } from './checks/model';
import { notifications } from './checks/notifications';
import { parents } from './checks/parents';
import { pipelines } from './checks/pipelines';
import { registryScanning } from './checks/registry-scanning';
import { repositories } from './checks/repositories';
import { rescanWindow } from './checks/rescan-window';
import { roles } from './checks/roles';
import { scanEligibility } from './checks/scan-eligibility';
import { serviceLinkedRole } from './checks/service-linked-role';
import { signals } from './checks/signals';
import { table } from './checks/table';

/** What is looked at once the credentials are known to be the right ones. One more: a file in `checks/`, and an entry here. */
const CHECKS: readonly Check<Account>[] = [
  inspectorEnabled,
  rescanWindow,
  registryScanning,
  repositories,
  pipelines,
  signals,
  table,
  failures,
  roles,
  serviceLinkedRole,
  model,
  notifications,
  scanEligibility,
  parents,
  floatingTags,
];

/** Looks at an account, and changes nothing. With the credentials of another account, or none, no more is looked at. */
export async function diagnoseAccount(account: Account): Promise<readonly CheckResult[]> {
  const who = await runChecks([identity], account);
  return who.every(({ status }) => status === 'ok') ? [...who, ...(await runChecks(CHECKS, account))] : who;
}
