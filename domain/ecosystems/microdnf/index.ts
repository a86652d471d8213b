import type { Ecosystem } from '../ecosystem';
import { rpmDatabase } from '../rpm/database';
import { isRpmPackageName, isRpmVersion } from '../rpm/names';
import { MICRODNF_GRAMMAR } from './grammar';
import { renderMicrodnfScript } from './script';

/** Minimal variants of the rpm distributions, such as ubi-minimal: rpm and microdnf alone. */
export const microdnf: Ecosystem = {
  id: 'microdnf',
  displayName: 'microdnf (rpm)',
  versionOrder: 'rpm',
  sources: [
    'https://docs.fedoraproject.org/en-US/packaging-guidelines/Naming/',
    'https://man7.org/linux/man-pages/man7/rpm-version.7.html',
    'https://github.com/rpm-software-management/microdnf',
  ],
  isPackageName: isRpmPackageName,
  isVersion: isRpmVersion,
  grammar: MICRODNF_GRAMMAR,
  database: rpmDatabase,
  hasSourcePackages: false,
  proposeCommands: (upgrade, remove) => [
    ...(upgrade.length > 0 ? [`microdnf upgrade -y --setopt=install_weak_deps=0 ${upgrade.join(' ')}`] : []),
    ...(remove.length > 0 ? [`microdnf remove -y ${remove.join(' ')}`] : []),
    'microdnf clean all',
  ],
  renderScript: renderMicrodnfScript,
};
