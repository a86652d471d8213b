import type { ContractRules, ContractSubject } from '../../../domain/contract/compare-contracts';
import { compareContracts } from '../../../domain/contract/compare-contracts';
import type { ImageContract } from '../../../domain/contract/image-contract';
import { makePackage } from '../table/samples';

const contract: ImageContract = {
  user: 'app',
  entrypoint: ['/entry'],
  cmd: ['run', 'fast'],
  env: ['PATH=/bin', 'LANG=C'],
  workdir: '/srv',
  ports: ['80/tcp'],
  volumes: ['/data'],
  labels: { vendor: 'us' },
  architecture: 'amd64',
  healthcheck: '',
  shell: [],
  stopSignal: '',
};
const before: ContractSubject = {
  contract,
  size: 1000,
  layers: [],
  packages: [makePackage('glibc', '1'), makePackage('krb5', '1')],
};
const rules: ContractRules = { maximumGrowthPercent: 150, removable: [] };
const after = (changes: Partial<ImageContract>): ContractSubject => ({
  ...before,
  contract: { ...contract, ...changes },
});

describe('the configuration', () => {
  it('that is the same holds', () => {
    expect(compareContracts(before, before, rules)).toEqual([]);
  });

  it.each([
    [{ user: 'root' }, 'user changed from "app" to "root"'],
    [{ user: '' }, 'user changed from "app" to "root"'],
    [{ entrypoint: [] }, 'entrypoint changed from ["/entry"] to []'],
    [{ cmd: ['fast', 'run'] }, 'cmd changed from ["run","fast"] to ["fast","run"]'],
    [{ env: ['PATH=/bin'] }, 'env changed from ["LANG=C","PATH=/bin"] to ["PATH=/bin"]'],
    [{ env: ['LANG=C', 'PATH=/tmp'] }, 'env changed from ["LANG=C","PATH=/bin"] to ["LANG=C","PATH=/tmp"]'],
    [{ workdir: '/tmp' }, 'workdir changed from "/srv" to "/tmp"'],
    [{ ports: ['80/tcp', '22/tcp'] }, 'ports changed from ["80/tcp"] to ["22/tcp","80/tcp"]'],
    [{ architecture: 'arm64' }, 'architecture changed from "amd64" to "arm64"'],
    [{ healthcheck: '{}' }, 'healthcheck changed from "" to "{}"'],
    [{ shell: ['/bin/bash'] }, 'shell changed from [] to ["/bin/bash"]'],
    [{ stopSignal: 'SIGINT' }, 'stop signal changed from "" to "SIGINT"'],
    [{ volumes: [] }, 'volumes changed from ["/data"] to []'],
    [{ labels: { vendor: 'them' } }, 'labels changed from [["vendor","us"]] to [["vendor","them"]]'],
    [
      { labels: JSON.parse('{"vendor":"us","__proto__":"x"}') as Record<string, string> },
      'labels changed from [["vendor","us"]] to [["__proto__","x"],["vendor","us"]]',
    ],
  ])('%j is one violation', (changes, sentence) => {
    expect(compareContracts(before, after(changes), rules)).toEqual([sentence]);
  });

  it.each([
    ['the order of env, ports and volumes', { env: ['LANG=C', 'PATH=/bin'] }],
    ['the label that buildah adds', { labels: { vendor: 'us', 'io.buildah.version': '1.2' } }],
  ])('%s is no promise', (_what, changes) => {
    expect(compareContracts(before, after(changes), rules)).toEqual([]);
  });

  it.each(['', 'root', '0', '0:0', 'root:root'])('user %p is root, and workdir "" is /', (user) => {
    const bare = after({ user, workdir: '' });
    expect(compareContracts(bare, after({ user: 'root', workdir: '/' }), rules)).toEqual([]);
  });

  it('is what the rules say where they say something', () => {
    expect(compareContracts(before, before, { ...rules, user: 'other' })).toEqual([
      'user changed from "other" to "app"',
    ]);
    expect(
      compareContracts(before, after({ user: 'other', workdir: '/x' }), { ...rules, user: 'other', workdir: '/x' }),
    ).toEqual([]);
  });
});

describe('packages', () => {
  const lost = { ...before, packages: [makePackage('glibc', '2'), makePackage('zlib', '1')] };
  it('may come, and may only go where the policy allows it', () => {
    expect(compareContracts(before, lost, rules)).toEqual(['package krb5 was removed, which policy does not allow']);
    expect(compareContracts(before, lost, { ...rules, removable: ['krb5'] })).toEqual([]);
  });

  it('of two architectures count as one', () => {
    const both = { ...before, packages: [...before.packages, makePackage('krb5', '1', { arch: 'i386' })] };
    expect(compareContracts(both, before, rules)).toEqual([]);
    expect(compareContracts(both, lost, rules)).toHaveLength(1);
  });
});

describe('size', () => {
  it.each([
    [1000, 2500, 150, []],
    [1000, 2501, 150, ['size grew by 150 % (1000 to 2501 bytes), more than the 150 % allowed']],
    [1000, 1001, 0, ['size grew by 0 % (1000 to 1001 bytes), more than the 0 % allowed']],
    [1000, 10, 0, []],
    [0, 10, 0, []],
  ])('%i to %i bytes with %i %% allowed', (old, now, maximumGrowthPercent, violations) => {
    expect(
      compareContracts({ ...before, size: old }, { ...before, size: now }, { ...rules, maximumGrowthPercent }),
    ).toEqual(violations);
  });
});
