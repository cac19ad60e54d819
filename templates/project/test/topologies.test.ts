import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, testTopology, type TestTime } from 'millrace/testing';
import { pageMinutes, visits } from '../src/streams.ts';
import { topologies } from '../src/topologies.ts';

const visit = (id: string, page: string, time: TestTime) => ({ id, page, at: at(time) });

test('visits count in the minute in which they happened, each once, whatever crashes', async () => {
  await using run = await testTopology(topologies, { seed: 7 });
  await run.send(visits, visit('a', '/home', '10:00'), visit('b', '/home', '10:01'), visit('c', '/prices', '10:01'));
  await run.crash();
  await run.send(visits, visit('b', '/home', '10:01'), visit('d', '/home', '10:01'));
  assert.equal(run.output(pageMinutes).last('/home', '10:00')?.visits, 1);
  assert.equal(run.output(pageMinutes).last('/home', '10:01')?.visits, 2);
  assert.deepEqual(await run.document('page-minutes', '/prices 1970-01-01T10:01'), { visits: 1 });
});

test('a visit that comes after its minute was closed is a dead letter', async () => {
  await using run = await testTopology(topologies, { seed: 7 });
  await run.send(visits, visit('a', '/home', '10:00'), visit('b', '/home', '10:02'));
  await run.send(visits, visit('c', '/home', '10:00'));
  assert.deepEqual(
    run.deadLetters().map(({ topic, key }) => ({ topic, key })),
    [{ topic: 'visits', key: '/home' }],
  );
});

test('what is no page is a dead letter, and the stream goes on', async () => {
  await using run = await testTopology(topologies, { seed: 7 });
  await run.send(visits, visit('a', 'home', '10:00'), visit('b', '/home', '10:00'));
  assert.match(run.deadLetters()[0]?.reason ?? '', /'home' is no page/);
  assert.equal(run.output(pageMinutes).values.length, 1);
});
