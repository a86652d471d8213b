import type { Ecosystem } from '../ecosystem';
import { apkDatabase } from './database';
import { APK_GRAMMAR } from './grammar';
import { isApkPackageName, isApkVersion } from './names';
import { renderApkScript } from './script';

/** Alpine, Wolfi and what derives from them: apk-tools. */
export const apk: Ecosystem = {
  id: 'apk',
  displayName: 'APK (apk-tools)',
  versionOrder: 'apk',
  sources: [
    'https://man.archlinux.org/man/apk-package.5',
    'https://man.archlinux.org/man/apk-world.5',
    'https://man.archlinux.org/man/apk.8',
    'https://man.archlinux.org/man/apk-upgrade.8',
  ],
  isPackageName: isApkPackageName,
  isVersion: isApkVersion,
  grammar: APK_GRAMMAR,
  database: apkDatabase,
  hasSourcePackages: true,
  proposeCommands: (upgrade, remove) => [
    ...(upgrade.length > 0 ? [`apk upgrade --no-cache ${upgrade.join(' ')}`] : []),
    ...(remove.length > 0 ? [`apk del --no-cache ${remove.join(' ')}`] : []),
  ],
  renderScript: renderApkScript,
};
