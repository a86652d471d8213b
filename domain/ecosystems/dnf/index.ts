import type { Ecosystem } from '../ecosystem';
import { rpmDatabase } from '../rpm/database';
import { DNF_GRAMMAR } from './grammar';
import { isRpmPackageName, isRpmVersion } from '../rpm/names';
import { renderDnfScript } from './script';

/** Fedora, RHEL and its rebuilds, Amazon Linux 2023: rpm and dnf. */
export const dnf: Ecosystem = {
  id: 'dnf',
  displayName: 'DNF (rpm)',
  versionOrder: 'rpm',
  sources: [
    'https://docs.fedoraproject.org/en-US/packaging-guidelines/Naming/',
    'https://man7.org/linux/man-pages/man7/rpm-version.7.html',
    'https://dnf.readthedocs.io/en/latest/command_ref.html',
  ],
  isPackageName: isRpmPackageName,
  isVersion: isRpmVersion,
  grammar: DNF_GRAMMAR,
  database: rpmDatabase,
  hasSourcePackages: false,
  proposeCommands: (upgrade, remove) => [
    ...(upgrade.length > 0 ? [`dnf upgrade -y --refresh --setopt=install_weak_deps=False ${upgrade.join(' ')}`] : []),
    ...(remove.length > 0 ? [`dnf remove -y ${remove.join(' ')}`] : []),
    'dnf clean all',
  ],
  renderScript: renderDnfScript,
};
