import { appendFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alertsTo, told } from '../../examples/edges/alerts.ts';
import { FileSink } from '../../examples/edges/file-sink.ts';
import { FileSource } from '../../examples/edges/file-source.ts';
import { pushServer } from '../../examples/edges/http-push.ts';
import { lines, readLines } from '../../examples/edges/lines.ts';
import { readings } from '../../examples/hot-sensors.ts';
import { Unavailable } from '../../src/errors.ts';
import { pull } from '../../src/engine/pulling.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { archived, expectedAlarms, hot, playEdges, pullAll, Service, temporaryFolder } from '../support/edges.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';

const signal = new AbortController().signal;

test.for([0, 1, 2])('everything comes through the edges once, whatever crashes (seed %i)', async seed => {
  await using folder = await temporaryFolder();
  await using service = new Service();
  const url = await service.listen();
  service.answer = call => (call % 3 === 0 ? 503 : 200);
  const archive = join(folder.path, 'archive');
  const world = await World.of([readLines, alertsTo({ url, folder: archive })], { partitions: 2, maxRecords: 2 });
  await playEdges(world, join(folder.path, 'in'));
  let moment = seed;
  const crashed = new Set<string>();
  world.observer = {
    step: task => {
      if (++moment % 9 !== 0 || crashed.has(`${task.id} ${task.epoch}`)) return;
      crashed.add(`${task.id} ${task.epoch}`);
      throw new Crash();
    },
  };
  expect(await settle(world)).toBeGreaterThan(2);
  expect((await world.output(told)).map(({ sensor }) => sensor).sort()).toEqual(expectedAlarms);
  expect([...service.taken.values()].map(({ sensor }) => sensor).sort()).toEqual(expectedAlarms);
  expect(await archived(archive, 2)).toEqual(expectedAlarms);
  expect(await world.output(deadLetters)).toMatchObject([
    { topic: 'lines', task: expect.stringMatching('read-lines/') },
  ]);
});

describe('the server that is pushed to', () => {
  /** Of itself a request that is injected is only sent once somebody awaits it. */
  const post = async (server: ReturnType<typeof pushServer>, payload: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await server.inject({ method: 'POST', url: '/readings', payload, headers });
    return response;
  };
  const body = JSON.stringify([hot('a', 1)]);

  test('says 202 only when the log has it', async () => {
    const log = Promise.withResolvers<void>();
    const server = pushServer({ log: { send: () => log.promise } });
    let answered = false;
    const answer = post(server, body).then(response => {
      answered = true;
      return response;
    });
    await new Promise(resolve => setImmediate(resolve));
    expect(answered).toBe(false);
    log.resolve();
    expect((await answer).statusCode).toBe(202);
  });

  test('refuses what is no list of readings, and too much of it', async () => {
    const sent: unknown[] = [];
    const server = pushServer({ log: { send: async (_, values) => void sent.push(values) }, mostBytes: 200 });
    for (const bad of ['[]', '{}', '[{"sensor":"a"}]', '[{"sensor":"a","celsius":1,"at":1,"more":1}]', 'nonsense'])
      expect((await post(server, bad)).statusCode).toBe(400);
    expect((await post(server, JSON.stringify(Array.from({ length: 20 }, () => hot('a', 1))))).statusCode).toBe(413);
    expect(sent).toEqual([]);
  });

  test('tells who comes while too many are being written to come again, and all while the log is away', async () => {
    const log = Promise.withResolvers<void>();
    const server = pushServer({ log: { send: () => log.promise }, mostAtOnce: 1 });
    const first = post(server, body);
    await expect.poll(async () => (await post(server, body)).statusCode).toBe(429);
    expect((await post(server, body)).headers['retry-after']).toBe('1');
    log.reject(new Unavailable('the log is away', 'Wait'));
    expect((await first).statusCode).toBe(503);
  });
});

describe('the source of lines', () => {
  const textsOf = async (world: World): Promise<string[]> => (await world.output(lines)).map(({ text }) => text);

  test('goes through rotated files, oldest first, and waits for the end of a line', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'app.log');
    const world = await World.of([readLines]);
    await writeFile(`${path}.2`, 'one\ntwo\n');
    await writeFile(`${path}.1`, 'thrée\n');
    await writeFile(path, 'four\nfi');
    await writeFile(`${path}.old`, 'nobody reads this\n');
    await pullAll(world, path);
    expect(await textsOf(world)).toEqual(['one', 'two', 'thrée', 'four']);
    await appendFile(path, 've\n');
    await rename(path, `${path}.3`).then(() => rename(`${path}.3`, path));
    await pullAll(world, path);
    expect(await textsOf(world)).toEqual(['one', 'two', 'thrée', 'four', 'five']);
    expect(new Set((await world.output(lines)).map(({ id }) => id)).size).toBe(5);
  });

  test('is woken by what is written, and told to stop it stops', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'app.log');
    await writeFile(path, 'one\n');
    const world = await World.of([readLines]);
    const stop = new AbortController();
    const pulling = pull(world, lines, new FileSource({ name: 'log', path, now: () => 0 }), { signal: stop.signal });
    await expect.poll(() => textsOf(world)).toEqual(['one']);
    await appendFile(path, 'two\n');
    await expect.poll(() => textsOf(world)).toEqual(['one', 'two']);
    stop.abort();
    await pulling;
  });

  test('stops where lines may be lost, and where one has no end', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'app.log');
    const world = await World.of([readLines]);
    await writeFile(path, 'one\ntwo\n');
    await pullAll(world, path);
    await truncate(path, 3);
    await expect(pullAll(world, path)).rejects.toThrow('cut short');
    await rm(path);
    await writeFile(path, 'x'.repeat(70_000));
    const source = new FileSource({ name: 'another', path, now: () => 0 });
    await expect(pull(world, lines, source, { signal })).rejects.toThrow('more than 65536 bytes');
  });

  test('sends what cannot be read to the dead letters, and goes on', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'app.log');
    const world = await World.of([readLines]);
    await writeFile(path, '{"sensor":"a"\nb,30,5\nc,warm,5\n');
    await pullAll(world, path);
    await world.drain();
    expect(await world.output(readings)).toEqual([{ sensor: 'b', celsius: 30, at: 5 }]);
    expect(await world.output(deadLetters)).toHaveLength(2);
  });
});

test('the sink into files writes over what a crash left behind its position, and drops what it has', async () => {
  await using folder = await temporaryFolder();
  const sink = new FileSink<number>(folder.path);
  const at = (epoch: number) => ({ id: '', task: 'alerts/0', lineage: 0, epoch, signal });
  await sink.write([1, 2], at(1));
  await appendFile(join(folder.path, 'alerts-0.ndjson'), '3\n4');
  await sink.write([3], at(2));
  await sink.write([3], at(2));
  await sink.write([1, 2], at(1));
  expect(await readFile(join(folder.path, 'alerts-0.ndjson'), 'utf8')).toBe('1\n2\n3\n');
});
