import { isAptPackageName, isAptVersion } from '../../../domain/ecosystems/apt/names';
import { isRpmPackageName, isRpmVersion } from '../../../domain/ecosystems/rpm/names';
import { APT_GRAMMAR } from '../../../domain/ecosystems/apt/grammar';
import { DNF_GRAMMAR } from '../../../domain/ecosystems/dnf/grammar';
import type { Operation, VettingContext, VettingResult } from '../../../domain/vetting/operations';
import { vet } from '../../../domain/vetting/vet';
import type { VettingEcosystem } from '../../../domain/vetting/vet';

/** What vetting needs of apt. */
export const apt: VettingEcosystem = {
  id: 'apt',
  grammar: APT_GRAMMAR,
  versionOrder: 'deb',
  isPackageName: isAptPackageName,
  isVersion: isAptVersion,
};

/** What vetting needs of dnf. */
export const dnf: VettingEcosystem = {
  id: 'dnf',
  grammar: DNF_GRAMMAR,
  versionOrder: 'rpm',
  isPackageName: isRpmPackageName,
  isVersion: isRpmVersion,
};

/** A plan on Debian 12. */
export const aptContext: VettingContext = {
  targets: [
    {
      package: 'openssl',
      floor: '3.0.11-1~deb12u2',
      installed: '3.0.11-1~deb12u1',
      binaries: ['libssl3', 'openssl'],
    },
    { package: 'curl', floor: '7.88.1-10+deb12u5', binaries: ['libcurl4', 'curl'] },
    { package: 'gcc-12', floor: '12.2.0-14+deb12u1', binaries: ['libstdc++6', 'g++-12'] },
    { package: 'g++', floor: '4:12.2.0-3' },
    { package: 'zlib1g', floor: '1:1.2.13.dfsg-1', installed: '1:1.2.13.dfsg-3' },
  ],
  removable: ['wget', 'perl-modules-5.36'],
};

/** A plan on Amazon Linux 2023. */
export const dnfContext: VettingContext = {
  targets: [
    { package: 'openssl', floor: '1:3.0.8-1.amzn2023.0.18', binaries: ['openssl', 'openssl-libs'] },
    {
      package: 'curl',
      floor: '8.5.0-1.amzn2023.0.4',
      installed: '8.5.0-1.amzn2023.0.2',
      binaries: ['libcurl-minimal', 'curl-minimal'],
    },
    { package: 'python3', floor: '3.9.16-1.amzn2023.0.9', binaries: ['python3-libs'] },
    { package: 'python3.11', floor: '3.11.6-1.amzn2023.0.2' },
    { package: 'libstdc++', floor: '11.4.1-2.amzn2023.0.2' },
    { package: 'java', floor: '1.8.0-1' },
  ],
  removable: ['vim-minimal'],
};

/** Vets one text for the Debian plan. */
export const vetApt = (...commands: string[]): VettingResult => vet(commands, apt, aptContext);

/** Vets one text for the Amazon Linux plan. */
export const vetDnf = (...commands: string[]): VettingResult => vet(commands, dnf, dnfContext);

/** Operations as one line: `refresh; upgrade a b=1; clean`. */
export function summarise(operations: readonly Operation[]): string {
  return operations
    .map((operation) => {
      if (!('packages' in operation)) return operation.kind;
      const names = operation.packages.map(
        ({ name, version, arch }) =>
          `${name}${arch === undefined ? '' : `[${arch}]`}${version === undefined ? '' : `=${version}`}`,
      );
      return `${operation.kind} ${names.join(' ')}`;
    })
    .join('; ');
}
