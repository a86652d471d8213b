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
    [{ env: ['PATH=/bin'] }, 'env LANG is gone: it was "C"'],
    [{ env: ['LANG=C', 'PATH=/tmp'] }, 'env PATH changed from "/bin" to "/tmp"'],
    [{ workdir: '/tmp' }, 'workdir changed from "/srv" to "/tmp"'],
    [{ ports: ['80/tcp', '22/tcp'] }, 'ports changed from ["80/tcp"] to ["22/tcp","80/tcp"]'],
    [{ architecture: 'arm64' }, 'architecture changed from "amd64" to "arm64"'],
    [{ healthcheck: '{}' }, 'healthcheck changed from "" to "{}"'],
    [{ shell: ['/bin/bash'] }, 'shell changed from [] to ["/bin/bash"]'],
    [{ stopSignal: 'SIGINT' }, 'stop signal changed from "" to "SIGINT"'],
    [{ volumes: [] }, 'volumes changed from ["/data"] to []'],
  ])('%j is one violation', (changes, sentence) => {
    expect(compareContracts(before, after(changes), rules)).toEqual([sentence]);
  });

  it.each([
    ['the order of env, ports and volumes', { env: ['LANG=C', 'PATH=/bin'] }],
    ['the label that buildah adds', { labels: { vendor: 'us', 'io.buildah.version': '1.2' } }],
    ['a label, where the parent is not known,', { labels: {} }],
    ['the value of a variable, where the parent is not known,', { env: ['PATH=/bin', 'LANG=C.UTF-8'] }],
    ['a new variable, where the parent is not known,', { env: ['PATH=/bin', 'LANG=C', 'GOPATH=/go'] }],
    ['the order of PATH, and what is new in it,', { env: ['PATH=/go/bin:/bin', 'LANG=C'] }],
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

describe('where the parent is known, labels and environment', () => {
  const parent: ImageContract = {
    ...contract,
    env: ['PATH=/bin', 'LANG=C', 'PYTHON_VERSION=3.12.2'],
    labels: { vendor: 'us', release: '2' },
  };
  const python: ContractSubject = {
    ...before,
    contract: {
      ...contract,
      env: ['PATH=/bin', 'LANG=C', 'PYTHON_VERSION=3.12.1', 'PIP_VERSION=24'],
      labels: { vendor: 'us', release: '1', 'build-date': 'yesterday' },
    },
  };

  it('may be what the parent has made of them, also gone with it, and nothing else is', () => {
    const built = { ...python, contract: parent };
    expect(compareContracts(python, built, { ...rules, parent })).toEqual([]);
    // The image before had it so as well.
    expect(compareContracts(python, python, { ...rules, parent })).toEqual([]);
  });

  it.each<[Partial<ImageContract>, string]>([
    [{ labels: { vendor: 'them', release: '2' } }, 'label vendor changed from "us" to "them"'],
    [{ labels: { vendor: 'us', release: '3' } }, 'label release changed from "1" to "3"'],
    [
      { labels: JSON.parse('{"vendor":"us","release":"2","toString":"x"}') as Record<string, string> },
      'label toString is new: "x"',
    ],
    [{ env: [...parent.env.slice(0, 2), 'PYTHON_VERSION=2'] }, 'env PYTHON_VERSION changed from "3.12.1" to "2"'],
    [{ env: ['PATH=/bin:/tmp', ...parent.env.slice(1)] }, 'env PATH changed from "/bin" to "/bin:/tmp"'],
    [{ env: [...parent.env, 'LD_PRELOAD=/x.so'] }, 'env LD_PRELOAD is new: "/x.so"'],
    [{ user: 'root' }, 'user changed from "app" to "root"'],
  ])('%j are not the parent’s', (changes, sentence) => {
    const built = { ...python, contract: { ...parent, ...changes } };
    expect(compareContracts(python, built, { ...rules, parent })).toEqual([sentence]);
  });

  it('are not excused with the rest: a user, a command, a port of the parent is still a change', () => {
    const moved = { ...parent, user: '1001', cmd: ['serve'], ports: [] };
    expect(compareContracts(python, { ...python, contract: moved }, { ...rules, parent: moved })).toEqual([
      'user changed from "app" to "1001"',
      'cmd changed from ["run","fast"] to ["serve"]',
      'ports changed from ["80/tcp"] to []',
    ]);
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
