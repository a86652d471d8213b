import type { PatchRequest } from '../../../domain/author/patch-request';
import type { EcosystemId } from '../../../domain/ecosystems/ecosystem';

const FLOORS: Readonly<Record<EcosystemId, string>> = {
  apt: '3.0.13-1',
  apk: '3.1.4-r5',
  dnf: '1:3.0.8-1',
  yum: '1:3.0.8-1',
  microdnf: '3.0.8-1',
  zypper: '3.0.8-1',
};

/** A question about two targets, `openssl` and `curl`. */
export function sampleRequest(ecosystem: EcosystemId = 'apt'): PatchRequest {
  return {
    image: 'golden',
    ecosystem,
    architecture: 'amd64',
    targets: ['openssl', 'curl'].map((name) => ({
      package: name,
      floor: FLOORS[ecosystem],
      action: 'upgrade',
      vulnerabilities: ['CVE-2024-0001'],
    })),
    allowed: {},
    attempt: 1,
  };
}
