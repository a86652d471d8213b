import type { Grammar } from '../../vetting/grammar';
import { RELEASE_FLAG, dnfFamilyGrammar } from '../rpm/grammar';

/**
 * What vetting recognises of microdnf (ubi-minimal, Amazon Linux 2023 minimal): microdnf(8), and for old versions
 * dnf/dnf-main.c of rpm-software-management/microdnf. It takes `0` and `1` for booleans only, and has no advisories. Its
 * modules (since 3.5.0, rpm-software-management/microdnf#85) have no `switch-to`.
 */
export const MICRODNF_GRAMMAR: Grammar = dnfFamilyGrammar({
  command: 'microdnf',
  flags: [
    { kind: 'switch', names: ['-y', '--assumeyes', '--nodocs', '--best', '--nobest', '--refresh'] },
    RELEASE_FLAG,
    {
      kind: 'value',
      names: ['--setopt'],
      values: ['install_weak_deps=0', 'tsflags=nodocs', 'keepcache=0'],
    },
  ],
  advisoryFlags: [],
  upgradeVerbs: ['upgrade', 'update'],
  removeVerbs: ['remove'],
  moduleActions: ['enable', 'reset'],
  makecache: { kind: 'none' },
  cleanWords: ['all'],
  cachePaths: [
    '/var/cache/yum',
    '/var/cache/yum/*',
    '/var/cache/dnf',
    '/var/cache/dnf/*',
    '/var/cache/libdnf5',
    '/var/cache/libdnf5/*',
  ],
});
