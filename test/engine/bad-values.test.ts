import { expect, test } from 'vitest';
import { map } from 'rxjs';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { schema, stream, topology } from '../../src/index.ts';
import { BatchBuilder, maxKeyBytes, maxValueBytes, outside } from '../../src/transport/record.ts';
import { intake, order, orders, ordersByItem } from '../support/shop.ts';
import { World } from '../support/world.ts';
import { envelopeOf, writing } from '../transport/records.ts';

const reasons = async (world: World): Promise<string[]> =>
  (await world.output(deadLetters)).map(({ offset, reason }) => `${offset}: ${reason}`);

const accepted = async (world: World): Promise<number[]> => (await world.output(ordersByItem)).map(({ id }) => id);

test.for([NaN, Infinity, -Infinity])('a value whose event time is %d becomes a dead letter', async at => {
  const world = await World.of([intake]);
  await world.send(orders, order(0, { at }), order(1));
  await (await world.open('intake')).step();
  expect(await reasons(world)).toEqual(['0: the event time is not a number']);
  expect(await accepted(world)).toEqual([1]);
});

test.for([0.5, -1, 4_102_444_800_000, 1e300])('an event time of %d is strange, but no reason to stop', async at => {
  const world = await World.of([intake]);
  await world.send(orders, order(0, { at }), order(1, { at, amount: -1 }));
  await (await world.open('intake')).step();
  expect(await accepted(world)).toEqual([0]);
  expect(await reasons(world)).toEqual(['1: the amount is negative']);
});

test('a time function that throws makes a dead letter of its record', async () => {
  const timed = stream('orders', {
    ...orders,
    time: value => {
      if (value.id === 0) throw new Error('no time');
      return value.at;
    },
  });
  const copy = topology('copy', task => task.read(timed).subscribe(task.write(ordersByItem)));
  const world = await World.of([copy]);
  await world.send(orders, order(0), order(1));
  await (await world.open('copy')).step();
  expect(await reasons(world)).toEqual(['0: no time']);
  expect(await accepted(world)).toEqual([1]);
});

test('what a reader of the stream is told to ignore, another one reports', async () => {
  const silent = topology('silent', task =>
    task.read(orders, { invalid: 'ignore' }).subscribe(task.write(ordersByItem)),
  );
  const world = await World.of([silent]);
  await world.send(orders, order(0, { amount: -1 }), order(1));
  await world.sendBytes(orders, 'ann', Buffer.from('no order'));
  await (await world.open('silent')).step();
  expect(await reasons(world)).toEqual([]);
  expect(await accepted(world)).toEqual([1]);
});

test.for([
  ['no bytes at all', Buffer.alloc(0)],
  ['a few bytes', Buffer.of(1, 2, 3)],
  ['a header and nothing after it', orders.schema.codec.header],
  ['a header and noise', Buffer.concat([orders.schema.codec.header, Buffer.alloc(40, 0xff)])],
] as const)('a record of %s becomes a dead letter with those bytes', async ([, bytes]) => {
  const world = await World.of([intake]);
  await world.sendBytes(orders, 'ann', bytes);
  await world.send(orders, order(1));
  await (await world.open('intake')).step();
  expect(await world.output(deadLetters)).toMatchObject([{ offset: 0, key: 'ann', bytes: Buffer.from(bytes) }]);
  expect(await accepted(world)).toEqual([1]);
});

test('a record as large as they may be still fits into a dead letter', async () => {
  const world = await World.of([intake]);
  const largest = Buffer.alloc(maxValueBytes, 1);
  await world.sendBytes(orders, 'k'.repeat(maxKeyBytes), largest);
  await world.send(orders, order(1));
  await (await world.open('intake')).step();
  const [letter] = await world.output(deadLetters);
  expect(letter?.bytes.equals(largest)).toBe(true);
  expect(await accepted(world)).toEqual([1]);
});

test('a value of somebody else that is larger than ours may be leaves its beginning in the dead letter', async () => {
  const world = await World.of([intake]);
  const huge = Buffer.alloc(2 * maxValueBytes, 7);
  const builder = new BatchBuilder(outside, 0, huge.length);
  builder.add(envelopeOf('ann'), writing(huge.toString('latin1')));
  await world.transport.append([{ topic: orders.name, partition: 0, batches: builder.take() }]);
  await world.send(orders, order(1));
  await (await world.open('intake')).step();
  const [letter] = await world.output(deadLetters);
  expect(letter?.bytes.equals(huge.subarray(0, maxValueBytes))).toBe(true);
  expect(letter?.reason).toContain(`(the first ${maxValueBytes} of ${huge.length} bytes)`);
  expect(await accepted(world)).toEqual([1]);
});

test('a value that has grown too large for a record makes a dead letter of the record that it came from', async () => {
  const texts = stream('texts', {
    schema: schema<{ text: string }>({ type: 'record', name: 'Text', fields: [{ name: 'text', type: 'string' }] }),
    key: () => 'a key',
    time: () => 0,
  });
  const grow = topology('grow', task => {
    task
      .read(orders)
      .pipe(map(({ id }) => ({ text: 'x'.repeat(id === 0 ? maxValueBytes : 1) })))
      .subscribe(task.write(texts));
  });
  const world = await World.of([grow]);
  await world.send(orders, order(0), order(1));
  await (await world.open('grow')).step();
  expect(await reasons(world)).toEqual([expect.stringContaining(`${maxValueBytes} are allowed`)]);
  expect(await world.output(texts)).toEqual([{ text: 'x' }]);
});

test('a key that is too long for a record makes a dead letter of the record that it came from', async () => {
  const shout = topology('shout', task => {
    task
      .read(orders)
      .pipe(map(value => (value.id === 0 ? { ...value, item: 'x'.repeat(maxKeyBytes + 1) } : value)))
      .subscribe(task.write(ordersByItem));
  });
  const world = await World.of([shout]);
  await world.send(orders, order(0), order(1));
  await (await world.open('shout')).step();
  expect(await reasons(world)).toEqual([expect.stringContaining('0: The key has')]);
  expect(await accepted(world)).toEqual([1]);
});
