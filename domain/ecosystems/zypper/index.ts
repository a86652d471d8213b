import type { Ecosystem } from '../ecosystem';
import { rpmDatabase } from '../rpm/database';
import { isRpmPackageName, isRpmVersion } from '../rpm/names';
import { ZYPPER_GRAMMAR } from './grammar';
import { renderZypperScript } from './script';

/** SUSE Linux Enterprise, its base container images, and openSUSE: rpm and zypper. */
export const zypper: Ecosystem = {
  id: 'zypper',
  displayName: 'Zypper (rpm)',
  versionOrder: 'rpm',
  sources: [
    'https://en.opensuse.org/openSUSE:Package_naming_guidelines',
    'https://man7.org/linux/man-pages/man7/rpm-version.7.html',
    'https://manpages.opensuse.org/Tumbleweed/zypper/zypper.8.en.html',
  ],
  isPackageName: isRpmPackageName,
  isVersion: isRpmVersion,
  grammar: ZYPPER_GRAMMAR,
  database: rpmDatabase,
  hasSourcePackages: false,
  proposeCommands: (upgrade, remove) => [
    ...(upgrade.length > 0
      ? ['zypper --non-interactive refresh', `zypper --non-interactive update --no-recommends ${upgrade.join(' ')}`]
      : []),
    ...(remove.length > 0 ? [`zypper --non-interactive remove ${remove.join(' ')}`] : []),
    'zypper clean --all',
  ],
  renderScript: renderZypperScript,
};
