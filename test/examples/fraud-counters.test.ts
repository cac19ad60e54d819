import { expect, test } from 'vitest';
import { alerts, counters, limits, payments, topologies } from '../../examples/fraud-counters.ts';
import { minutes } from '../../src/index.ts';
import { testTopology } from '../../src/testing.ts';
import { alertsOf, noon, paymentsOf, sendPayments, sorted } from '../support/fraud-counters.ts';

test.for([0, 1, 2, 3])('every card is judged as of each payment, whatever crashes (seed %i)', async seed => {
  await using run = await testTopology(topologies, { seed, partitions: 3, start: noon });
  const sent = paymentsOf(seed);
  let calls = 0;
  await sendPayments(async (stream, ...values) => {
    await run.send(stream, ...values);
    if (seed % 2 === 1 && calls++ % 12 === 0) await run.crash();
  }, sent);
  await run.advanceTo(noon + minutes(300));
  const expected = alertsOf(sent);
  expect(expected.length).toBeGreaterThan(20);
  expect(sorted(run.output(alerts).values)).toEqual(expected);
  expect(run.deadLetters()).toEqual([]);
});

const payment = (paymentId: string, at: number, cents = 1_000, country = 'DE') => ({
  paymentId,
  card: 'ann',
  cents,
  country,
  at: noon + at,
});

test('a card that pays in two countries within ten minutes is told of, and not after them', async () => {
  await using run = await testTopology(topologies, { start: noon });
  await run.send(payments, payment('a', 0), payment('b', minutes(10) - 1, 1_000, 'FR'));
  await run.send(payments, payment('c', minutes(19) + 59_999, 1_000, 'DE'));
  await run.advanceTo(noon + minutes(60));
  expect(run.output(counters).values.map(({ countries }) => countries.join(' '))).toEqual(['DE', 'DE FR', 'DE']);
  expect(run.output(alerts).values.map(({ reasons }) => reasons)).toEqual([['in DE and FR']]);
});

test('a card is held against its newest limit, without one against what is usual', async () => {
  await using run = await testTopology(topologies, { start: noon });
  const limit = { card: 'ann', payments: 9 };
  await run.send(payments, payment('a', 0));
  await run.send(limits, { ...limit, cents: 500, since: noon + minutes(20) });
  await run.send(payments, payment('b', minutes(21)));
  await run.send(limits, { ...limit, cents: 5_000, since: noon + minutes(40) });
  await run.send(payments, payment('c', minutes(41)));
  await run.advanceTo(noon + minutes(60));
  expect(run.output(alerts).values).toMatchObject([{ at: noon + minutes(21), reasons: ['1000 cents'] }]);
});
