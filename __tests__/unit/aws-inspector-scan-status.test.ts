import { ScanStatusReason } from '@aws-sdk/client-inspector2';
import { toScanStatus } from '../../adapters/aws/inspector-scan-status';

const SCANNED = new Date('2024-06-01T10:20:30.456Z');
const at = SCANNED.toISOString();

/** What each reason comes to, for an ACTIVE image that was scanned once. All others are of no image: not scanned. */
const STATES: Readonly<Record<string, string>> = {
  SUCCESSFUL: 'scanned',
  SCAN_FREQUENCY_SCAN_ON_PUSH: 'scanned',
  PENDING_INITIAL_SCAN: 'pending',
  PENDING_REVIVAL_SCAN: 'pending',
  SCAN_IN_PROGRESS: 'pending',
  INTERNAL_ERROR: 'pending',
  SCAN_ELIGIBILITY_EXPIRED: 'expired',
  IMAGE_ARCHIVED: 'expired',
  RESOURCE_TERMINATED: 'unknown',
};

describe("Inspector's scan status", () => {
  it.each(Object.values(ScanStatusReason))('%s comes to one state', (reason) => {
    for (const statusCode of ['ACTIVE', 'INACTIVE'] as const) {
      const status = toScanStatus({ scanStatus: { statusCode, reason }, lastScannedAt: SCANNED });
      const inactive = statusCode === 'INACTIVE' && reason === 'SUCCESSFUL';
      expect(status.state).toBe(inactive ? 'not-scanned' : (STATES[reason] ?? 'not-scanned'));
      if (status.state === 'scanned') expect(status.at).toBe(at);
      if ('detail' in status) expect(status.detail.startsWith(reason)).toBe(true);
    }
  });

  it('knows 36 reasons, and takes one that it does not know as not scanned, in its own words', () => {
    expect(Object.values(ScanStatusReason)).toHaveLength(36);
    const reason = 'SCANNER_ON_STRIKE' as ScanStatusReason;
    expect(toScanStatus({ scanStatus: { statusCode: 'ACTIVE', reason }, lastScannedAt: SCANNED })).toEqual({
      state: 'not-scanned',
      detail: 'SCANNER_ON_STRIKE: a reason that is not known here',
    });
    const name = 'toString' as ScanStatusReason;
    expect(toScanStatus({ scanStatus: { statusCode: 'ACTIVE', reason: name } }).state).toBe('not-scanned');
  });

  it('is scanned only where the time of a scan is told', () => {
    for (const reason of ['SUCCESSFUL', 'SCAN_FREQUENCY_SCAN_ON_PUSH'] as const)
      expect(toScanStatus({ scanStatus: { statusCode: 'ACTIVE', reason } })).toEqual({
        state: 'pending',
        detail: `${reason}, but no time of a scan is told yet`,
      });
    expect(
      toScanStatus({ scanStatus: { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' }, lastScannedAt: new Date(Number.NaN) })
        .state,
    ).toBe('pending');
  });

  it('without a reason, or without any status, is still to come', () => {
    const detail = 'Inspector tells no reason of its scan status yet';
    expect(toScanStatus({ lastScannedAt: SCANNED })).toEqual({ state: 'pending', detail });
    for (const statusCode of ['ACTIVE', 'INACTIVE'] as const)
      expect(toScanStatus({ scanStatus: { statusCode, reason: undefined }, lastScannedAt: SCANNED })).toEqual({
        state: 'pending',
        detail,
      });
  });

  it('is still to come where Inspector failed, which tries again by itself', () => {
    for (const statusCode of ['ACTIVE', 'INACTIVE'] as const)
      expect(toScanStatus({ scanStatus: { statusCode, reason: 'INTERNAL_ERROR' }, lastScannedAt: SCANNED })).toEqual({
        state: 'pending',
        detail: 'INTERNAL_ERROR: Inspector failed, and tries again by itself',
      });
  });
});
