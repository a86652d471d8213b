import { DynamoDbFindingTable } from '../../../../adapters/aws/dynamodb-finding-table';
import { InspectorFindingSource } from '../../../../adapters/aws/inspector-finding-source';
import { scanEnding } from '../../../../domain/reconcile/scan-ending';
import { currentDigest, isHeadItem } from '../../../../domain/table/head-item';
import { headKey } from '../../../../domain/table/keys';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAtEach, ok, warning } from '../check';

/** Whether Inspector looks at what is promoted, and for how long. */
export const scanEligibility: Check<Account> = {
  id: 'scan-eligibility',
  look: async ({ images, environment, names, clients, now }) => {
    const source = new InspectorFindingSource({ client: clients.inspector, account: environment.account });
    const findings = new DynamoDbFindingTable({ client: clients.dynamodb, tableName: names.table });
    return await lookAtEach(
      images,
      ({ image }) => `image ${image.name}`,
      async ({ image }, subject) => {
        const item = await findings.get(headKey(image.name));
        const head = item !== undefined && isHeadItem(item) ? item : undefined;
        const digest = currentDigest(head);
        if (digest === undefined)
          return warning(
            subject,
            'nothing was promoted or seen of it yet',
            `golden-images rebuild --image ${image.name} --reason '…' --environment ${environment.name}`,
          );
        const covered = (await source.coverageOf(image.repository)).find((one) => one.digest === digest);
        if (covered === undefined)
          return failure(
            subject,
            `Inspector does not know its current digest ${digest}: it is deleted, or its repository is not scanned`,
            'see the checks inspector-enabled and registry-scanning',
          );
        const pushedAt = head?.promoted?.since ?? head?.adopted?.pushedAt;
        const ending = scanEnding(covered, pushedAt, environment.rescanDays, now);
        if (ending?.state === 'expired')
          return failure(
            subject,
            'Inspector does not scan it any more, and its findings are closed unfixed',
            ending.detail,
          );
        if (ending !== undefined) return warning(subject, 'Inspector is about to stop scanning it', ending.detail);
        if (covered.status.state === 'scanned') return ok(subject, `Inspector scanned it last at ${covered.status.at}`);
        const detail = 'detail' in covered.status ? covered.status.detail : 'it is not known';
        return warning(
          subject,
          `Inspector has not scanned it: ${detail}`,
          'wait for the scan, or look at its coverage in Inspector',
        );
      },
    );
  },
};
