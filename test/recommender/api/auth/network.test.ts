import { expect, test } from 'vitest';
import { Admission } from '../../../../src/recommender/api/auth/admission.ts';
import { networkOf } from '../../../../src/recommender/api/auth/network.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:4711', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::9]:4711', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b:1::192.0.2.1', '64:ff9b:1:0::/64'],
  ['unknown', 'unknown'],
  ['', ''],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

const rate = { perSecond: 1, burst: 5 };

/** How many of so many requests are let in, each from another address. */
async function letIn(count: number, addressOf: (n: number) => string): Promise<number> {
  const gate = { identify: async () => undefined };
  const rates = { anonymous: rate, shopper: rate, service: rate, monitor: rate, admin: rate };
  const admission = new Admission({ gate, rates, clock: { now: () => 1_000 } });
  const asked = Array.from({ length: count }, (_, n) =>
    admission.of({ headers: {}, address: addressOf(n), url: '/v2/trending' }).then(
      () => 1,
      () => 0,
    ),
  );
  return (await Promise.all(asked)).reduce((sum: number, one) => sum + one, 0);
}

test('who has a network of addresses, or a port for each connection, has one allowance', async () => {
  expect(await letIn(100, n => `2001:db8:1:2::${n.toString(16)}`)).toBe(rate.burst);
  expect(await letIn(100, n => `192.0.2.1:${1_024 + n}`)).toBe(rate.burst);
});

test('others have their own', async () => {
  expect(await letIn(100, n => `2001:db8:1:${n.toString(16)}::1`)).toBe(100);
  expect(await letIn(100, n => `192.0.2.${n}`)).toBe(100);
});
