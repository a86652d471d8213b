import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { RegistryTroubleError } from './registry-trouble-error';

/**
 * Addresses of IPv4 that are not of the public internet, and those of IPv6: a list of both would look for the ones among the
 * others. Source: IANA, special-purpose address registries of IPv4 and IPv6.
 */
const [SPECIAL_4, SPECIAL_6] = [new BlockList(), new BlockList()];
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local: the metadata services of instances, containers and functions are here.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
] as const)
  SPECIAL_4.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  // Everything that is not global unicast (2000::/3), with addresses of IPv4 that are mapped or translated.
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4: an address of IPv4 within.
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  SPECIAL_6.addSubnet(network, prefix, 'ipv6');

/** A name of at least two labels, the last of which begins with a letter. */
const PUBLIC_NAME = /^(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{0,62}$/;
/** Names that are never of the public internet (RFC 6761, RFC 6762, RFC 8375; ICANN's `internal`, which clouds use). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|localdomain|internal|home\.arpa)$/;

/** Whether an IP address is one of the public internet. Anything else than an address is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return family === 6 ? !SPECIAL_6.check(address, 'ipv6') : !SPECIAL_4.check(address, 'ipv4');
}

/**
 * Checks the name of a host that a request is to go to.
 * @param hostname as `URL` has it, in which every spelling of an IPv4 address is the usual one
 * @throws RegistryTroubleError (`not-allowed`) where it is an address, or a name within some network
 */
export function assertPublicName(hostname: string): void {
  const name = hostname.replace(/\.$/, '');
  if (!PUBLIC_NAME.test(name) || isIP(name) !== 0 || LOCAL_NAME.test(name))
    throw new RegistryTroubleError('not-allowed', `${name} is not the name of a public registry`, {
      hint: 'only registries with a name in the public DNS are asked',
    });
}

/** Looks all addresses of a name up, as `dns.lookup` does. */
export type ResolveAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A lookup for `http.request` that gives no address but public ones, so that what is checked is what is connected to,
 * whatever the name said before. One other among them, and the whole answer is refused.
 */
export function publicLookup(resolve: ResolveAll = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      // Of an error there is no list, whatever the types say.
      const first = error === null ? addresses[0] : undefined;
      if (first === undefined) {
        callback(error ?? new Error(`${hostname} has no address`), '', 0);
      } else if (!addresses.every(({ address }) => isPublicAddress(address))) {
        const refusal = new RegistryTroubleError('not-allowed', `${hostname} leads to an address that is not public`);
        callback(refusal, '', 0);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
