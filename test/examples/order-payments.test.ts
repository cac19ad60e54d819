import { expect, test } from 'vitest';
import { orders, settlements, topologies } from '../../examples/order-payments.ts';
import { minutes } from '../../src/index.ts';
import { testTopology } from '../../src/testing.ts';
import { expected, morning, ofTheDay, order, sendDay } from '../support/order-payments.ts';

test.for([0, 1, 2, 3, 4, 5, 6, 7])('every order is settled once, whatever crashes (seed %i)', async seed => {
  await using run = await testTopology(topologies, { seed, partitions: 3, start: morning });
  await sendDay(async (stream, ...values) => {
    await run.send(stream, ...values);
    if (seed % 2 === 1) await run.crash();
  });
  expect(ofTheDay(run.output(settlements).values)).toEqual(expected);
  expect(run.deadLetters()).toMatchObject([{ topic: 'payments', key: 'forgotten' }]);
});

test('an order that nobody pays is told when ten minutes and the grace have passed, though nothing else happens', async () => {
  await using run = await testTopology(topologies, { start: morning });
  await run.send(orders, order('alone', 0));
  await run.advanceTo(morning + minutes(12));
  expect(run.output(settlements).values).toEqual([]);
  await run.advanceTo(morning + minutes(13));
  expect(run.output(settlements).values).toMatchObject([{ orderId: 'alone', state: 'unpaid', owed: 1_000 }]);
});
