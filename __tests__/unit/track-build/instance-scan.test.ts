import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { makeHandleEvent } from '../../../functions/track-build/handle-event';
import { recordingMetrics } from '../lambda/recorders';
import { silent } from '../table/samples';

it("a scan of Image Builder's own build instance, where Inspector scans EC2 too, is passed over", async () => {
  const metrics = recordingMetrics();
  const handle = makeHandleEvent({
    estate: { byRepository: new Map(), exceptions: [] },
    home: { account: '123456789012', region: 'us-east-1' },
    recipePrefix: 'prod-',
    ...{ table: new MemoryFindingTable(), logger: silent, metrics },
    trackBuild: async () => await Promise.resolve({ did: 'nothing', why: 'no-build' }),
  });
  await handle({
    ...{ version: '0', id: 'event-1', 'detail-type': 'Inspector2 Scan', source: 'aws.inspector2' },
    ...{ account: '123456789012', region: 'us-east-1', resources: ['i-087d76520aEXAMPLE'] },
    detail: {
      ...{ 'scan-status': 'INITIAL_SCAN_COMPLETE', 'finding-severity-counts': { TOTAL: 0 } },
      ...{ 'instance-id': 'i-087d76520aEXAMPLE', version: '1.0' },
    },
  });
  expect(metrics.counts).toMatchObject({ 'EventsIgnored not-an-image': 1 });
});
