import { HOSTILE } from './apt-hostile';
import { summarise, vetApt } from './estate';

const U = 'upgrade openssl';

const BENIGN: readonly (readonly [text: string, operations: string])[] = [
  ['apt-get update', 'refresh'],
  ['apt update', 'refresh'],
  ['apt-get update -y', 'refresh'],
  ['apt-get -qq update', 'refresh'],
  ['apt-get update -q=2', 'refresh'],
  ['apt-get -o Acquire::Retries=3 update', 'refresh'],
  ['apt-get -oAcquire::Retries=3 update', 'refresh'],
  ['apt-get --option Acquire::Retries=3 update', 'refresh'],
  ['apt-get --option=Acquire::Retries=3 update', 'refresh'],
  ['apt-get install openssl', U],
  ['apt-get install -y openssl', U],
  ['apt-get -y install openssl', U],
  ['apt-get install openssl -y', U],
  ['apt-get -yq install openssl', U],
  ['apt-get -qy install openssl', U],
  ['apt-get -yqq install openssl', U],
  ['apt-get -y -qq install openssl', U],
  ['apt-get install --yes --quiet openssl', U],
  ['apt-get --assume-yes install openssl', U],
  ['apt-get install -y --only-upgrade openssl', U],
  ['apt-get install --only-upgrade -y openssl libssl3', 'upgrade openssl libssl3'],
  ['apt-get install -y --no-install-recommends openssl', U],
  ['apt-get install -y --no-install-recommends --no-install-suggests --only-upgrade openssl', U],
  ['apt-get install -y --no-remove openssl', U],
  ['apt install -y openssl', U],
  ['apt-get --only-upgrade install -y openssl', U],
  ['apt-get install -y -o Dpkg::Options::=--force-confold openssl', U],
  ['apt-get install -y -o Dpkg::Options::="--force-confold" openssl', U],
  [`apt-get install -y -o Dpkg::Options::='--force-confdef' -o "Dpkg::Options::=--force-confold" openssl`, U],
  ['apt-get install -y -o Dpkg::Use-Pty=0 openssl', U],
  ['apt-get install -y -o APT::Install-Recommends=false openssl', U],
  ['apt-get install -y -o APT::Install-Suggests=0 -o quiet=2 openssl', U],
  ['apt-get install -y openssl:amd64', 'upgrade openssl[amd64]'],
  ['apt-get install -y libssl3:arm64 libcurl4:any', 'upgrade libssl3[arm64] libcurl4[any]'],
  ['apt-get install -y openssl=3.0.11-1~deb12u2', `${U}=3.0.11-1~deb12u2`],
  ['apt-get install -y openssl=3.0.15-1~deb12u1 curl', `${U}=3.0.15-1~deb12u1 curl`],
  ["apt-get install -y 'openssl=3.0.11-1~deb12u2'", `${U}=3.0.11-1~deb12u2`],
  ['apt-get install -y libssl3:amd64=3.0.11-1~deb12u2', 'upgrade libssl3[amd64]=3.0.11-1~deb12u2'],
  ['apt-get install -y curl=7.88.1-10+deb12u5', 'upgrade curl=7.88.1-10+deb12u5'],
  ['apt-get install -y zlib1g=1:1.2.13.dfsg-3', 'upgrade zlib1g=1:1.2.13.dfsg-3'],
  ['apt-get install -y g++', 'upgrade g++'],
  ['apt-get install -y libstdc++6 g++-12', 'upgrade libstdc++6 g++-12'],
  ['apt-get install -y "libstdc++6"', 'upgrade libstdc++6'],
  ['apt-get remove -y wget', 'remove wget'],
  ['apt-get purge -y wget perl-modules-5.36', 'remove wget perl-modules-5.36'],
  ['apt-get remove --purge -y wget', 'remove wget'],
  ['apt-get clean', 'clean'],
  ['apt-get -y autoclean', 'clean'],
  ['apt clean', 'clean'],
  ['rm -rf /var/lib/apt/lists/*', 'clean'],
  ['rm -fr /var/lib/apt/lists/*', 'clean'],
  ['rm -r -f /var/cache/apt/archives/*', 'clean'],
  ['rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*', 'clean'],
  ['rm -rf /var/cache/apt/archives/*.deb /var/cache/apt/*', 'clean'],
  ['apt-get update && apt-get install -y openssl', `refresh; ${U}`],
  ['apt-get update&&apt-get install -y openssl', `refresh; ${U}`],
  ['apt-get update; apt-get install -y openssl', `refresh; ${U}`],
  ['apt-get update;apt-get install -y openssl;', `refresh; ${U}`],
  ['apt-get update\napt-get install -y openssl\n', `refresh; ${U}`],
  ['apt-get update &&\n    apt-get install -y openssl', `refresh; ${U}`],
  ['apt-get update && \\\n    apt-get install -y \\\n        openssl \\\n        curl', `refresh; ${U} curl`],
  ['apt-get update && \\\n  # the fixed packages\n  apt-get install -y openssl', `refresh; ${U}`],
  ['apt-get update && # first\n\n apt-get install -y openssl # then', `refresh; ${U}`],
  ['apt-get up\\\ndate', 'refresh'],
  ['\n\n   apt-get\tupdate   \n\n', 'refresh'],
  ['# refresh the lists: $(not run) | `x`\napt-get update', 'refresh'],
  ['#!/bin/sh\nset -e\napt-get update', 'refresh'],
  ['set -eux; apt-get update', 'refresh'],
  ['set -eu\napt-get update', 'refresh'],
  ['set -ex && apt-get update', 'refresh'],
  ['set -euxo pipefail\napt-get update', 'refresh'],
  ['set -e -o pipefail\napt-get update', 'refresh'],
  ['set -o errexit\nset -o nounset\napt-get update', 'refresh'],
  ['DEBIAN_FRONTEND=noninteractive apt-get install -y openssl', U],
  ['DEBIAN_FRONTEND="noninteractive" apt-get install -y openssl', U],
  ['export DEBIAN_FRONTEND=noninteractive\napt-get install -y openssl', U],
  ["export DEBIAN_FRONTEND='noninteractive' && apt-get install -y openssl", U],
  ['DEBIAN_FRONTEND=noninteractive\napt-get install -y openssl', U],
  ['\'apt-get\' "update"', 'refresh'],
  ['apt-get "up"\'date\'', 'refresh'],
  [
    'set -eux; export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && apt-get install -y --only-upgrade --no-install-recommends openssl libssl3 curl libcurl4 && apt-get clean && rm -rf /var/lib/apt/lists/*',
    'refresh; upgrade openssl libssl3 curl libcurl4; clean; clean',
  ],
];

describe('vetting of apt commands', () => {
  test.each(BENIGN)('accepts %j', (text, operations) => {
    const result = vetApt(text);
    expect(result.refusals).toEqual([]);
    expect(result.verdict).toBe('accepted');
    expect(summarise(result.operations)).toBe(operations);
  });

  const hostile = Object.entries(HOSTILE).flatMap(([code, texts]) => texts.map((text) => [code, text] as const));
  test.each(hostile)('refuses as %s: %j', (code, text) => {
    const result = vetApt(text);
    expect(result.verdict).toBe('refused');
    expect(result.operations).toEqual([]);
    expect(result.refusals[0]?.code).toBe(code);
  });
});
