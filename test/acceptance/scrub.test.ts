/** After an erasure and a scrub no file holds a byte of the user, nor a hash that was made of the id, and a replay of the log meets nobody who is gone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openEmbedded } from '../../src/app/compose.ts';
import { readableValuesOf } from '../../src/stream/log-values.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import { steps } from '../../src/recommender/jobs/scrub/scrub.ts';
import { exposures, ratings } from '../../topologies/streams.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { holdersOf, holdersOfHash } from '../support/bytes.ts';
import { millraceWith, startedWith } from '../support/cli.ts';
import { recordsOfTopic } from '../support/log-records.ts';
import { scrubFolder } from '../support/scrub-folder.ts';

const limit_ms = 600_000;
const scrubFolderAlone = resolve(import.meta.dirname, '../support/scrub-folder.ts');
const gone = 'zyx-erased-ann-4711';
const session = 'zyx-erased-session-4711';
const environment = { MILLRACE_SERVING_LIST_KEY: 'the same for each of them', MILLRACE_GENERATE_RATE: '0' };
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-scrub-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const Place = z.object({ state: z.string() });
const Erasure = z.object({
  id: z.string(),
  model: Place,
  generation: Place,
  documents: Place,
  orders: Place,
  log: Place,
  bytes: Place.extend({ places: z.array(z.string()) }),
});

async function command(...words: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await millraceWith(environment, ...words, '--data', data, '--json');
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  const answer: unknown = JSON.parse(stdout);
  return answer;
}

const post = (url: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** What a shop writes and nobody can tell: it becomes a letter that is about the user. */
async function writeNoOrder(): Promise<void> {
  await using ports = await openEmbedded(data);
  const id = `${gone}-none`;
  await ports.documents.put({ collection: 'orders', partition: gone, id }, { orderId: id, userId: gone }, 'always');
}

/** What is kept of a request under this key is a hash of key and user. */
const repeatable = { 'Idempotency-Key': 'once' };
const Order = z.object({ idempotencyKeys: z.array(z.object({ key: z.string() })) });

/** What was made of the user's id and stands in log and documents: ids of events, and keys of requests. */
async function hashesMade(): Promise<string[]> {
  await using ports = await openEmbedded(data);
  const made: string[] = [];
  for await (const { value } of readableValuesOf(ports, ratings)) if (value?.userId === gone) made.push(value.eventId);
  for await (const { value } of readableValuesOf(ports, exposures))
    if (value?.userId === gone) made.push(value.eventId);
  const order = await ports.documents.get({ collection: 'orders', partition: gone, id: `${gone}-1` });
  for (const { key } of Order.parse(order?.body).idempotencyKeys) made.push(key);
  return made;
}

const List = z.object({ listId: z.string(), items: z.array(z.object({ itemId: z.string() })) });

/** All that a user can leave behind: ratings, a session that becomes the user, an order, a list that was shown, bad bytes. */
async function live(url: string): Promise<void> {
  const rate = async (who: object, itemId: string) =>
    expect((await post(`${url}/v2/ratings?wait=10000`, { ...who, itemId, value: 5 })).status).toBe(202);
  const popular = List.parse(await (await fetch(`${url}/v2/users/${gone}/recommendations`)).json());
  const [first, second, third, fourth] = popular.items.map(({ itemId }) => itemId);
  const shown = { listId: popular.listId, userId: gone, slot: 'top', items: popular.items.map(({ itemId }) => itemId) };
  expect((await post(`${url}/v2/exposures`, shown)).status).toBe(202);
  await rate({ sessionId: session }, first ?? '');
  await rate({ userId: gone, eventId: `${gone}/1` }, second ?? '');
  expect((await post(`${url}/v2/users/${gone}/aliases?wait=10000`, { sessionId: session })).status).toBe(202);
  const keyed = await post(`${url}/v2/ratings?wait=10000`, { userId: gone, itemId: third, value: 5 }, repeatable);
  expect(keyed.status).toBe(202);
  const order = { userId: gone, orderId: `${gone}-1`, lines: [{ itemId: fourth, quantity: 1 }] };
  expect((await post(`${url}/v2/orders?wait=10000`, order)).status).toBe(202);
  const back = await post(`${url}/v2/orders/${gone}/${gone}-1/returns?wait=10000`, { lines: order.lines }, repeatable);
  expect(back.status).toBe(202);
  await writeNoOrder();
  // Its letter is sent again, which is remembered.
  const again = () => command('dead-letters', 'redrive', '--topic', 'orders');
  await expect.poll(again, { timeout: 120_000, interval: 500 }).toMatchObject({ redriven: 1 });
  const log = openEmbeddedLog({ path: join(data, 'log.db') });
  const letter = recordOfBytes(gone, Buffer.from(JSON.stringify({ userId: gone, itemId: 'i' })));
  await appendFromOutside(log, 'ratings', [letter], Date.now());
  await log.close();
}

test(
  'no byte of who was erased is left in any file, and a replay is that of a log that never held them',
  { timeout: limit_ms },
  async () => {
    await command('generate', '--rate', '0', '--count', '800');
    const untouched = mkdtempSync(join(tmpdir(), 'millrace-untouched-'));
    onTestFinished(() => rmSync(untouched, { recursive: true }));
    cpSync(data, untouched, { recursive: true });
    await command('run', '--until-caught-up');
    const server = startedWith(environment, 'start', '--data', data);
    onTestFinished(() => void server.child.kill('SIGKILL'));
    const url = await server.address();
    await live(url);
    const made = await hashesMade();
    for (const each of made) expect([each, await holdersOf(data, each)]).not.toEqual([each, []]);
    const { id } = Erasure.parse(
      await (await fetch(`${url}/v2/users/${gone}?wait=10000&orders=remove`, { method: 'DELETE' })).json(),
    );
    expect(await holdersOf(data, gone)).not.toEqual([]);
    const running = await millraceWith(environment, 'users', 'scrub', '--data', data);
    expect(running).toMatchObject({ code: 1, stderr: expect.stringMatching(/STATE_IN_USE/) });
    await expect
      .poll(
        async () => {
          const { model, generation, documents, orders } = Erasure.parse(
            await (await fetch(`${url}/v2/erasures/${id}`)).json(),
          );
          return [model.state, generation.state, documents.state, orders.state];
        },
        { timeout: 120_000, interval: 500 },
      )
      .toEqual(['gone', 'gone', 'gone', 'gone']);
    expect(await server.stop('SIGTERM')).toMatchObject({ code: 0 });
    await command('run', '--until-caught-up');

    const before = await receiptOf(id);
    expect(before).toMatchObject({
      log: { state: 'kept' },
      bytes: { state: 'kept', places: ['log', 'snapshots', 'files'] },
    });
    const scratch = mkdtempSync(join(tmpdir(), 'millrace-killed-'));
    onTestFinished(() => rmSync(scratch, { recursive: true }));
    const killed = steps.map(({ name }) => ({ name, folder: join(scratch, name) }));
    for (const { folder } of killed) cpSync(data, folder, { recursive: true });
    const scrubbed = await command('users', 'scrub');
    expect(scrubbed).toMatchObject({ users: 1, sessions: 1, waiting: 0, kept: {} });
    expect(await holdersOf(data, gone, session, ...made)).toEqual([]);
    expect(await holdersOfHash(data, gone, session, `${gone}/${gone}-none`, `${gone}/${gone}-1`)).toEqual([]);
    expect(await command('users', 'scrub')).toMatchObject({ users: 0, redacted: 0 });
    expect(await receiptOf(id)).toMatchObject({ log: { state: 'gone' }, bytes: { state: 'gone', places: [] } });

    const end = await recordsIn(data);
    // Killed before any step, and started again, it comes to the same end.
    for (const { name, folder } of killed) {
      expect([name, await killedBefore(name, folder)]).toEqual([name, 'SIGKILL']);
      await scrubFolder(folder);
      expect([name, await holdersOf(folder, gone, session)]).toEqual([name, []]);
      expect([name, await recordsIn(folder)]).toEqual([name, end]);
    }

    // All goes on, and who comes back is somebody new.
    await command('run', '--until-caught-up');
    await command('replay', '--into', 'again');
    const [replayed, never] = [await modelHashOf(data, '--namespace', 'again'), await modelHashOf(untouched)];
    expect(replayed).toBe(never);
  },
);

const receiptOf = async (id: string) => Erasure.parse(await command('users', 'receipt', id));

/** The signal that ended it. */
async function killedBefore(step: string, folder: string): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [scrubFolderAlone, folder, step], { stdio: 'ignore' });
  await once(child, 'close');
  return child.signalCode;
}

/** Each record of each topic: where it stands, of what kind, under which sequence and watermark, and its bytes. */
async function recordsIn(folder: string): Promise<string[]> {
  const log = openEmbeddedLog({ path: join(folder, 'log.db') });
  const records: string[] = [];
  for (const { topic } of await log.topics())
    for await (const { partition, record } of recordsOfTopic(log, topic)) {
      const { offset, kind, sequence, watermark } = record;
      records.push(
        `${topic}/${partition}@${offset} ${kind} ${sequence} ${watermark} ${record.value().toString('hex')}`,
      );
    }
  await log.close();
  return records;
}

async function modelHashOf(folder: string, ...flags: readonly string[]): Promise<string> {
  const run = await millraceWith(environment, 'run', '--until-caught-up', '--data', folder, ...flags, '--json');
  expect([run.code, run.code === 0 ? '' : run.stderr]).toEqual([0, '']);
  return z.object({ modelHash: z.string() }).parse(JSON.parse(run.stdout)).modelHash;
}

test(
  'what cannot be scrubbed yet is refused with what to do, and nothing is changed',
  { timeout: limit_ms },
  async () => {
    await command('generate', '--rate', '0', '--count', '800');
    await command('run', '--until-caught-up');
    const refusal = async () => {
      const { code, stderr } = await millraceWith(environment, 'users', 'scrub', '--data', data);
      return [code, stderr.split('\n').slice(-3).join(' ')];
    };
    expect(await command('users', 'scrub')).toMatchObject({ users: 0, waiting: 0, redacted: 0 });
    const { id } = Erasure.parse(await command('users', 'erase', '1'));
    // Nothing of it is learnt yet: it is for the next time.
    expect(await command('users', 'scrub')).toMatchObject({ users: 0, waiting: 1, redacted: 0 });
    await command('run', '--until-caught-up');
    // A run that ends by itself trains no generation, and the vectors of others still come from whom it erased.
    expect(await refusal()).toEqual([1, expect.stringMatching(/SCRUB_REFUSED.*still come from somebody/)]);
    await command('replay', '--into', 'again');
    expect(await refusal()).toEqual([1, expect.stringMatching(/SCRUB_REFUSED.*'again' of a replay.*replay drop/)]);
    // Once it is dropped, it is in the way no more.
    await command('replay', 'drop', 'again');
    expect(await refusal()).toEqual([1, expect.stringMatching(/SCRUB_REFUSED.*still come from somebody/)]);
    expect(await receiptOf(id)).toMatchObject({ model: { state: 'gone' }, bytes: { state: 'kept' } });
  },
);
