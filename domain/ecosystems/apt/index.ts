import type { Ecosystem } from '../ecosystem';
import { dpkgDatabase } from './database';
import { APT_GRAMMAR } from './grammar';
import { isAptPackageName, isAptVersion } from './names';
import { renderAptScript } from './script';

/** Debian, Ubuntu and what derives from them: dpkg and apt. */
export const apt: Ecosystem = {
  id: 'apt',
  displayName: 'APT (dpkg)',
  versionOrder: 'deb',
  sources: [
    'https://www.debian.org/doc/debian-policy/ch-controlfields.html',
    'https://manpages.debian.org/stable/dpkg-dev/deb-version.7.en.html',
    'https://manpages.debian.org/stable/apt/apt-get.8.en.html',
  ],
  isPackageName: isAptPackageName,
  isVersion: isAptVersion,
  grammar: APT_GRAMMAR,
  database: dpkgDatabase,
  hasSourcePackages: true,
  proposeCommands: (upgrade, remove) => [
    'apt-get update',
    ...(upgrade.length > 0 ? [`apt-get install -y --only-upgrade --no-install-recommends ${upgrade.join(' ')}`] : []),
    ...(remove.length > 0 ? [`apt-get purge -y ${remove.join(' ')}`] : []),
    'apt-get clean',
    'rm -rf /var/lib/apt/lists/*',
  ],
  renderScript: renderAptScript,
};
