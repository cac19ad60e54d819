/** Machines that share nothing but a broker, documents and snapshots, such as the pods of a cluster, while a schema changes. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openClient } from '../../src/log.ts';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { valuesOf } from '../../src/stream/log-values.ts';
import { schema } from '../../src/stream/schema.ts';
import { stream } from '../../src/stream/stream.ts';
import { equip, type Equipment } from '../drills/equipment.ts';
import { accountOf, isThrough } from '../drills/judge.ts';
import { Life } from '../drills/life.ts';
import { Shop } from '../drills/shop.ts';
import { installSources } from '../support/installed.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';
import { type Environment, inPorts, said } from '../support/moves.ts';

interface Note {
  readonly id: string;
  readonly text: string;
}

const fields = [
  { name: 'id', type: 'string' },
  { name: 'text', type: 'string' },
];
const moreFields = [...fields, { name: 'language', type: 'string', default: 'en' }];
const noteStream = <T extends Note>(name: string, of: typeof moreFields) =>
  stream<T>(name, {
    schema: schema<T>({ type: 'record', name: 'Note', fields: of }),
    key: ({ id }) => id,
    time: () => 1,
  });
const newestFields = [...moreFields, { name: 'channel', type: 'string', default: '' }];
const newest = { notes: noteStream<Note & { language: string; channel: string }>('notes', newestFields) };
const former = { notes: noteStream<Note>('notes', fields), kept: noteStream<Note>('kept', fields) };
const next = { notes: noteStream<Note & { language: string }>('notes', moreFields) };

/** Writes each note on under the schema of its release, and counts them. */
const app = (of: readonly object[]): string => `
import { json, schema, stream, topology, valueState } from 'millrace';
interface Note { readonly id: string; readonly text: string; readonly language?: string }
const fields = ${JSON.stringify(of)};
const named = (name: string) => stream<Note>(name, {
  schema: schema<Note>({ type: 'record', name: 'Note', fields }), key: ({ id }) => id, time: () => 1,
});
export const [notes, kept] = [named('notes'), named('kept')];
export const topologies = [
  topology('keep', task => void task.read(notes, { watermark: 'untimed' }).subscribe(task.write(kept))),
  topology('count', task => {
    const counted = task.process('counted', {
      state: { n: valueState(json<number>()) },
      on: (_: Note, { key, state }) => {
        state.n.set((state.n.get() ?? 0) + 1);
        return [{ key, n: state.n.get() ?? 0 }];
      },
    });
    task.read(kept, { watermark: 'untimed' }).pipe(counted)
      .subscribe(task.replace('counts', { id: ({ key }) => key, body: ({ n }) => ({ n }) }));
  }),
];
`;

describe.skipIf(noOwnBroker)('machines apart', () => {
  let folder: string;
  let equipment: Equipment;
  let releases: Readonly<Record<'former' | 'next', string>>;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-machines-')));
    equipment = await equip({ transport: 'kafka', documents: 'cosmos', snapshots: 'blob' });
    await installSources(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    releases = { former: join(folder, 'former.ts'), next: join(folder, 'next.ts') };
    writeFileSync(releases.former, app(fields));
    writeFileSync(releases.next, app(moreFields));
  });
  afterAll(async () => {
    await equipment[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** A disk of its own; everything else is that of the shop. */
  const machine = (name: string): Environment => ({
    ...equipment.environmentOf(join(folder, 'shop')),
    MILLRACE_DATA: join(folder, name),
    MILLRACE_PARTITIONS: '2',
  });

  test('each reads what any of them has written, whichever release it is of', async () => {
    const [one, other] = [machine('one'), machine('other')];
    const [before, after] = [
      ['--app', releases.former],
      ['--app', releases.next],
    ];
    await said(one, 'documents', 'create', ...before);
    await said(one, 'topics', 'create', ...before);
    const sent = (
      environment: Environment,
      from: number,
      to: number,
      release: typeof former.notes | typeof next.notes,
    ) =>
      inPorts(environment, async ({ transport, registry }) => {
        await registry.register(release.schema.definition);
        const notes = Array.from({ length: to - from }, (_, n) => ({ id: `n${from + n}`, text: 'x', language: 'de' }));
        await appendFromOutside(
          transport,
          'notes',
          notes.map(note => recordOf<(typeof notes)[number]>(release, note)),
          1,
        );
      });
    await sent(one, 0, 50, former.notes);
    await said(one, 'run', '--until-caught-up', ...before);
    await sent(one, 50, 100, former.notes);

    await sent(other, 100, 120, next.notes);
    await said(other, 'run', '--until-caught-up', ...after);
    const counts = await inPorts(other, ({ documents }) => documents.list({ collection: 'counts', limit: 1_000 }));
    expect(counts.map(({ body }) => body['n'])).toEqual(Array.from({ length: 120 }, () => 1));

    // A program beside them, of a release that none of them runs yet.
    const {
      MILLRACE_KAFKA_BROKERS: brokers = '',
      MILLRACE_COSMOS_ENDPOINT: endpoint,
      MILLRACE_COSMOS_KEY: key,
    } = other;
    await using till = await openClient({
      data: join(folder, 'till'),
      kafka: { brokers: brokers.split(',') },
      cosmos: { endpoint: endpoint ?? '', key, database: other['MILLRACE_COSMOS_DATABASE'] ?? '' },
    });
    await till.send(
      newest.notes,
      Array.from({ length: 10 }, (_, n) => ({ id: `n${120 + n}`, text: 'x', language: 'de', channel: 'till' })),
    );
    await said(other, 'run', '--until-caught-up', ...after);
    expect(await till.document('counts', 'n125')).toEqual({ n: 1 });

    // What is left of the former release, while it is replaced, reads what the next one writes.
    const ids = await inPorts(one, async ports => {
      const found: string[] = [];
      for await (const { id } of valuesOf(ports, former.kept)) found.push(id);
      for await (const { reason } of valuesOf(ports, deadLetters)) found.push(reason);
      return found;
    });
    expect(ids.sort()).toEqual(Array.from({ length: 130 }, (_, n) => `n${n}`).sort());
  });

  test('workers and a server with disks of their own are one shop, also when a worker and its disk are lost', async () => {
    const pod = (name: string): Environment => ({
      ...machine(name),
      MILLRACE_COSMOS_DATABASE: 'pods',
      MILLRACE_BLOB_PREFIX: 'pods',
      MILLRACE_KAFKA_SESSION_TIMEOUT_MS: '10000',
      MILLRACE_KAFKA_HEARTBEAT_INTERVAL_MS: '300',
    });
    await using pods = new AsyncDisposableStack();
    const started = (name: string, ...words: string[]): Life =>
      pods.use(new Life({ words, environment: { ...own, ...pod(name) }, cwd: folder }));
    await said(pod('tool'), 'documents', 'create');
    await said(pod('tool'), 'generate', '--count', '300', '--rate', '0');

    const [first, second] = [started('first', 'run'), started('second', 'run')];
    const server = await started('server', 'serve').ready();
    const shop = new Shop('pods', 7, Date.now());
    const learnt = async (worker: Life): Promise<void> => {
      const events = shop.drawn(100);
      await shop.send(() => server.url, events);
      await inPorts(pod('tool'), ports => worker.until('had learnt', () => isThrough(ports, shop.ids(events))));
    };
    await learnt(first);
    await first.kill();
    await learnt(second);
    const third = started('third', 'run');
    await second.stop();
    await learnt(third);

    const [event] = shop.drawn(1);
    const lists = z.object({ items: z.array(z.object({ itemId: z.string() })).min(1) });
    const answer = await fetch(`${server.url}/v2/users/${event?.userId ?? ''}/recommendations`);
    expect(lists.parse(await answer.json()).items.length).toBeGreaterThan(5);
    await third.stop();
    await server.stop();
    expect(await inPorts(pod('tool'), ports => accountOf(ports, shop.sent))).toEqual({
      sent: 300,
      lost: 0,
      doubled: 0,
      deadLetters: 0,
    });
  });
});

/** Nothing of the caller's settings. */
const own = Object.fromEntries(
  Object.entries(process.env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith('MILLRACE_'),
  ),
);
