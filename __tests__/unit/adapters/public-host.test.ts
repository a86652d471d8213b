import type { LookupAddress } from 'node:dns';
import { assertPublicName, isPublicAddress, publicLookup } from '../../../adapters/registry/public-host';

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '169.254.170.2'],
  ...['172.16.0.1', '172.31.255.255', '192.168.1.1', '192.0.0.8', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::a9fe:a9fe', 'fe80::1', 'fd00:ec2::254', 'fc00::1'],
  ...['2001::1', '2001:db8::1', '2002:7f00:1::', 'ff02::1', '4000::1'],
  ...['', 'localhost', '999.1.1.1', 'fe80::1%eth0', '8.8.8.8.8'],
])('%p is no public address', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '99.80.1.1', '169.253.1.1', '2600:1f18::1', '2a05:d018::1'])(
  '%p is a public address',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'registry', 'registry.local', 'host.docker.internal'],
  ...['metadata.google.internal', 'nas.home.arpa', 'ip6-localhost.localdomain'],
  ...['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '169.254.169.254', '[::1]', '[fd00:ec2::254]'],
])('nothing is asked of %p', (host) => {
  expect(() => {
    assertPublicName(new URL(`https://${host}/`).hostname);
  }).toThrow(/is not the name of a public registry/);
});

test.each(['public.ecr.aws', 'registry-1.docker.io', 'ghcr.io', 'internal.example.com', 'localhost.example.com'])(
  '%p may be asked',
  (host) => {
    expect(() => {
      assertPublicName(host);
    }).not.toThrow();
  },
);

describe('a lookup', () => {
  const addressesOf = async (all: boolean, ...addresses: string[]): Promise<unknown[]> =>
    await new Promise((done) => {
      const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      publicLookup((_name, options, callback) => {
        expect(options.all).toBe(true);
        callback(null, found);
      })('registry.example.com', { all }, (error, ...rest) => {
        done(error === null ? rest : [error.message]);
      });
    });

  it('gives public addresses, all of them or the first', async () => {
    expect(await addressesOf(false, '8.8.8.8', '2600::1')).toEqual(['8.8.8.8', 4]);
    expect(await addressesOf(true, '2600::1', '8.8.8.8')).toEqual([
      [
        { address: '2600::1', family: 6 },
        { address: '8.8.8.8', family: 4 },
      ],
    ]);
  });

  it.each([true, false])('refuses the whole answer where one address is not public, all: %p', async (all) => {
    const refusal = ['registry.example.com leads to an address that is not public'];
    expect(await addressesOf(all, '8.8.8.8', '169.254.169.254')).toEqual(refusal);
    expect(await addressesOf(all, '::ffff:10.0.0.1')).toEqual(refusal);
    expect(await addressesOf(all)).toEqual(['registry.example.com has no address']);
  });
});
