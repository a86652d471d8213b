import type { EcosystemId } from '../../../../domain/ecosystems/ecosystem';

/** Good commands for the estate of each ecosystem: what stands before an attack, and what after it. */
export const IDIOMS: Readonly<Record<EcosystemId, readonly [before: readonly string[], after: readonly string[]]>> = {
  apt: [
    ['apt-get update', 'apt-get install -y --only-upgrade --no-install-recommends openssl libssl3 curl'],
    ['apt-get purge -y linux-libc-dev', 'rm -rf /var/lib/apt/lists/*'],
  ],
  apk: [['apk upgrade --no-cache openssl libssl3 libcrypto3'], ['apk upgrade --no-cache busybox']],
  dnf: [['dnf upgrade -y openssl-libs', 'dnf -y upgrade curl-minimal'], ['dnf clean all']],
  yum: [['yum update -y openssl-libs'], ['yum -y update libxml2', 'yum clean all', 'rm -rf /var/cache/yum']],
  microdnf: [['microdnf update -y openssl-libs glibc'], ['microdnf clean all']],
  zypper: [['zypper --non-interactive refresh', 'zypper --non-interactive update curl'], ['zypper clean --all']],
};
