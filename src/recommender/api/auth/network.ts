/** Who counts as one where nobody says who they are: an address of IPv4, or a network of IPv6. */
import { isIPv4, isIPv6 } from 'node:net';

/** RFC 6177: a site gets a /64 at least, all addresses of which are its own to change with each request. */
const groupsOfNetwork = 4;
const groups = 8;
/** `192.0.2.1:4711` and `[2001:db8::1]:4711`, as Azure's Application Gateway writes into X-Forwarded-For. */
const withPort = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/;
/** RFC 4291, section 2.5.5.2. */
const mapped = /^::ffff:(?=[\d.]+$)/i;

/** What is no address, as a proxy may write it, stands for itself. */
export function networkOf(text: string): string {
  const [, inBrackets, beforePort] = withPort.exec(text) ?? [];
  const address = (inBrackets ?? beforePort ?? text).replace(mapped, '');
  if (isIPv4(address) || !isIPv6(address)) return address;
  return `${groupsOf(address).slice(0, groupsOfNetwork).join(':')}::/64`;
}

/** All eight, without leading zeros. */
function groupsOf(address: string): string[] {
  const [left = '', right] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const [before, after] = [listed(left), listed(right ?? '')];
  const missing = right === undefined ? 0 : groups - before.length - after.length;
  return [...before, ...Array.from({ length: missing }, () => '0'), ...after];
}

/** The last two may be written as IPv4; no network ends in them. */
function listed(text: string): string[] {
  if (text === '') return [];
  return text.split(':').flatMap(group => (group.includes('.') ? [group, group] : [stripped(group)]));
}

const stripped = (group: string): string => group.replace(/^0+(?=.)/, '');
