import type { Grammar } from '../../vetting/grammar';
import { ADVISORY_FLAGS, RELEASE_FLAG, dnfFamilyGrammar } from '../rpm/grammar';

/** What vetting recognises of dnf: the DNF command reference, its "Options" and "Specifying packages". */
export const DNF_GRAMMAR: Grammar = dnfFamilyGrammar({
  command: 'dnf',
  flags: [
    { kind: 'switch', names: ['-y', '--assumeyes', '-q', '--quiet', '--refresh', '--best', '--nobest', '--nodocs'] },
    RELEASE_FLAG,
    {
      kind: 'value',
      names: ['--setopt'],
      values: [
        'install_weak_deps=False',
        'install_weak_deps=false',
        'install_weak_deps=0',
        'tsflags=nodocs',
        'keepcache=0',
        'keepcache=False',
        'keepcache=false',
      ],
    },
  ],
  advisoryFlags: ADVISORY_FLAGS,
  upgradeVerbs: ['upgrade', 'update', 'upgrade-minimal', 'update-minimal'],
  removeVerbs: ['remove', 'erase'],
  moduleActions: ['enable', 'reset', 'switch-to'],
  makecache: { kind: 'none' },
  cleanWords: ['all', 'packages', 'metadata', 'expire-cache', 'dbcache'],
  cachePaths: ['/var/cache/dnf', '/var/cache/dnf/*', '/var/cache/yum', '/var/cache/yum/*'],
});
