import type { Ecosystem } from '../ecosystem';
import { rpmDatabase } from '../rpm/database';
import { isRpmPackageName, isRpmVersion } from '../rpm/names';
import { YUM_GRAMMAR } from './grammar';
import { renderYumScript } from './script';

/** RHEL, CentOS 7 and Amazon Linux 2: rpm and yum 3.4. */
export const yum: Ecosystem = {
  id: 'yum',
  displayName: 'YUM (rpm)',
  versionOrder: 'rpm',
  sources: [
    'https://docs.fedoraproject.org/en-US/packaging-guidelines/Naming/',
    'https://man7.org/linux/man-pages/man7/rpm-version.7.html',
    'https://man7.org/linux/man-pages/man8/yum.8.html',
  ],
  isPackageName: isRpmPackageName,
  isVersion: isRpmVersion,
  grammar: YUM_GRAMMAR,
  database: rpmDatabase,
  hasSourcePackages: false,
  proposeCommands: (upgrade, remove) => [
    'yum makecache fast',
    ...(upgrade.length > 0 ? [`yum update -y ${upgrade.join(' ')}`] : []),
    ...(remove.length > 0 ? [`yum remove -y ${remove.join(' ')}`] : []),
    'yum clean all',
  ],
  renderScript: renderYumScript,
};
