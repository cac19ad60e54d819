/**
 * Two whole engines in one place: the first stands still, with its fence, while a second takes all of its tasks over
 * under greater ones; then it wakes and goes on. Whatever it was about to write is refused, or is what the other wrote.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished, test } from 'vitest';
import { cosmosSection } from '../../../src/app/cosmos-config.ts';
import { steps } from '../../../src/engine/epoch.ts';
import { database, makeContainers } from '../../support/cosmos/place.ts';
import { startFixtureProcess } from '../../support/cosmos/process.ts';
import { orderly, WorkerProcess } from '../../support/kill-child.ts';
import { createTopics, demanded, written } from '../../support/kill-outcome.ts';
import { dying } from '../../support/kill-switch.ts';
import { Traffic } from '../../support/kill-traffic.ts';
import { embeddedIn, openPlace, type Place } from '../../support/place.ts';
import { Random } from '../../support/random.ts';

const deadline_ms = 300_000;
const patience = { timeout: deadline_ms };

async function placeIn(store: 'sqlite' | 'cosmos'): Promise<Place> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-taken-over-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  if (store === 'sqlite') return embeddedIn(data);
  const fixture = await startFixtureProcess();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  await makeContainers(fixture, ['journals', 'sites', 'millrace-namespaces']);
  const { endpoint, key } = fixture;
  const cosmos = cosmosSection.parse({ endpoint, key, database, throughput: {} });
  return { data, transport: 'embedded', documents: 'cosmos', cosmos };
}

/** With the log and documents of the first, and no checkpoint. */
const elsewhere = (place: Place): Place => ({ ...place, state: join(place.data, 'second') });

const points = [
  ...steps.map(({ name }) => `count-sites.${name}:before:4`),
  // Within the steps: its plan is on its way, its documents are written, its records are.
  'journalAppend:before:9',
  'nextDocument:before:20',
  'append:before:8',
];

describe.each(['sqlite', 'cosmos'] as const)('with journals in %s', store => {
  test.for(points)('an engine that stood still at %s changes nothing once it wakes', async (point, { expect }) => {
    const place = await placeIn(store);
    await using ports = await openPlace(place);
    await createTopics(ports);
    const traffic = new Traffic(ports.transport, new Random(7));
    await traffic.send(300);
    const deadline = AbortSignal.timeout(deadline_ms);
    const first = new WorkerProcess(place, 'live', deadline, `${point}:freeze`);
    await first.said(dying);
    const second = new WorkerProcess(elsewhere(place), 'live', deadline);
    second.lines.resume();
    await traffic.send(100);
    await expect.poll(() => written(ports), patience).toEqual(demanded(traffic.sent));

    first.thaw();
    const fenced = { code: 1, signal: null, complaint: expect.stringMatching(/Fenced: Task/) };
    expect(await first.ended).toMatchObject(fenced);
    expect(await written(ports)).toEqual(demanded(traffic.sent));

    await traffic.send(100);
    await expect.poll(() => written(ports), patience).toEqual(demanded(traffic.sent));
    second.stop();
    expect(await second.ended).toEqual(orderly);
    expect(await written(ports)).toEqual(demanded(traffic.sent));
  });
});
