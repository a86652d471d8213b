import type { Grammar } from '../../vetting/grammar';
import { ADVISORY_FLAGS, dnfFamilyGrammar } from '../rpm/grammar';

/** Releases that `--releasever` may name: the major ones that have yum 3.4. */
const RELEASE = /^(?:2|7|7Server)$/;

/**
 * What vetting recognises of yum 3.4 (RHEL and CentOS 7, Amazon Linux 2): yum(8) "command", "GENERAL OPTIONS", "CLEAN
 * OPTIONS" and "SPECIFYING PACKAGE NAMES". It has no `--refresh`, no weak dependencies and no `best`.
 */
export const YUM_GRAMMAR: Grammar = dnfFamilyGrammar({
  command: 'yum',
  flags: [
    {
      kind: 'switch',
      names: ['-y', '--assumeyes', '-q', '--quiet'],
    },
    { kind: 'value', names: ['--releasever'], values: [RELEASE] },
    {
      kind: 'value',
      names: ['--setopt'],
      values: [
        'tsflags=nodocs',
        'keepcache=0',
        'keepcache=False',
        'keepcache=false',
        'skip_missing_names_on_install=0',
        'skip_missing_names_on_install=False',
        'skip_missing_names_on_update=0',
        'skip_missing_names_on_update=False',
      ],
    },
  ],
  advisoryFlags: [
    ...ADVISORY_FLAGS,
    { kind: 'switch', names: ['--bugfix'] },
    {
      kind: 'value',
      names: ['--sec-severity', '--secseverity'],
      values: ['Critical', 'Important', 'critical', 'important'],
    },
  ],
  upgradeVerbs: ['update', 'upgrade', 'update-minimal'],
  removeVerbs: ['remove', 'erase'],
  moduleActions: [],
  makecache: { kind: 'words', words: ['fast'], optional: true },
  cleanWords: ['all', 'packages', 'metadata', 'expire-cache', 'dbcache', 'headers', 'rpmdb', 'plugins'],
  cachePaths: ['/var/cache/yum', '/var/cache/yum/*'],
});
