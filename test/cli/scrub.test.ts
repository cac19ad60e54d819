/** Where `millrace users scrub` has nothing to take out itself, it says who has, and what to do. */
import { expect, onTestFinished, test } from 'vitest';
import { refuseElsewhere } from '../../src/cli/scrub.ts';
import { openSqliteDocuments } from '../../src/documents/sqlite/documents.ts';
import { Namespaces } from '../../src/replay/namespaces.ts';
import { days } from '../../src/stream/time.ts';
import { TestClock } from '../../src/testing/clock.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';

const now = Date.UTC(2026, 0, 1);

async function place(retentionMs?: number) {
  const clock = new TestClock(now);
  const documents = openSqliteDocuments({ path: ':memory:', clock: () => clock.now() });
  const transport = openEmbeddedLog({ path: ':memory:', clock: () => clock.now() });
  onTestFinished(async () => {
    await documents.close();
    await transport.close();
  });
  for (const topic of ['ratings', 'exposures', 'others'])
    await transport.createTopic(topic, { partitions: 1, ...(retentionMs !== undefined && { retentionMs }) });
  return { clock, documents, transport };
}

const folder = { transport: 'embedded', documents: 'sqlite' } as const;
const namespace = {
  name: 'again',
  base: 'main',
  createdAt: now,
  dropped: false,
  request: { from: 'earliest', to: null, topologies: [], partitions: null, capture: null },
  topologies: [],
  topics: [],
  collections: [],
  sources: [],
  readers: [],
};

test('in a folder it is not refused', async () => {
  await expect(refuseElsewhere(folder, await place())).resolves.toBeUndefined();
});

test('on a broker retention does it: it names the day, or says that a topic keeps records for ever', async () => {
  const broker = { ...folder, transport: 'kafka' } as const;
  const kept = refuseElsewhere(broker, await place(days(7)));
  await expect(kept).rejects.toMatchObject({ code: 'SCRUB_REFUSED', message: /by retention at 2026-01-08T00:00:00/ });
  await expect(refuseElsewhere(broker, await place())).rejects.toThrow(/never, since a topic keeps .* a retention/s);
});

test('beside Cosmos DB there is nothing to do but its backups', async () => {
  const cosmos = { ...folder, documents: 'cosmos' } as const;
  await expect(refuseElsewhere(cosmos, await place())).rejects.toThrow(/only its backups .*Nothing is left to do/s);
});

test('a namespace of a replay has to be dropped first, and switched away from before that; then it is not refused', async () => {
  const ports = await place();
  const namespaces = new Namespaces(ports.documents);
  await namespaces.create(namespace);
  await expect(refuseElsewhere(folder, ports)).rejects.toThrow(/'again' of a replay holds .*replay drop again/s);
  await namespaces.switchTo('again', now);
  await expect(refuseElsewhere(folder, ports)).rejects.toThrow(/'again' .* is served.*replay switch main.*drop again/s);
  await namespaces.switchTo('main', now);
  await namespaces.change('again', known => ({ ...known, dropped: true }));
  await expect(refuseElsewhere(folder, ports)).resolves.toBeUndefined();
});
