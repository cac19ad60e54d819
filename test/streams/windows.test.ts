/** Windows do what those of Kafka Streams do, but for the differences of decision 0077. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { hopping, session, sliding, tumbling, type Windows } from '../../src/index.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { stream } from '../../src/stream/stream.ts';
import { click, clicks, type Visit, visits, visitsOf } from '../support/clicks.ts';
import { World } from '../support/world.ts';
import { recordOf, scenarioFields, scenariosOf } from './scenario.ts';

const grace = z.int().default(0);
const Given = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tumbling'), size: z.int(), grace }),
  z.strictObject({ kind: z.literal('hopping'), size: z.int(), every: z.int(), grace }),
  z.strictObject({ kind: z.literal('session'), gap: z.int(), grace }),
  z.strictObject({ kind: z.literal('sliding'), difference: z.int(), grace }),
]);
type Given = z.output<typeof Given>;
const Scenario = z.strictObject({ ...scenarioFields, windows: Given, emit: z.enum(['close', 'update']) });
type Scenario = z.output<typeof Scenario>;

/** Kafka Streams counts the last millisecond of a gap and of a sliding window in; ours end before it. */
function windowsOf(given: Given): Windows {
  if (given.kind === 'tumbling') return tumbling(given);
  if (given.kind === 'hopping') return hopping(given);
  if (given.kind === 'session') return session({ gap: given.gap + 1, grace: given.grace });
  return sliding({ size: given.difference + 1, grace: given.grace });
}

/** Bounds as Kafka Streams writes them: its sessions end with their last value, not when the gap is over. */
function boundsOf({ start, end }: Visit, given: Given): string {
  if (given.kind === 'sliding') return `${start},${end - 1}]`;
  return given.kind === 'session' ? `${start},${end - given.gap - 1}]` : `${start},${end})`;
}

const shown = (visit: Visit, given: Given): string => {
  const values = visit.retracted ? '-' : visit.value.toSorted((a, b) => a - b).join('+');
  return `${visit.key}[${boundsOf(visit, given)}=${values}`;
};

/** Updates of one record come in no order that anybody could rely on; what closes comes in order. */
const inOrder = (told: readonly string[], { emit }: Scenario): string =>
  (emit === 'update' ? told.toSorted() : told).join(' ');

/** Our sessions are known by where they begin: one that only ends later replaces itself, and nothing is taken back. */
function withoutOwnReplacement(told: readonly string[]): string[] {
  const starts = told.filter(window => !window.endsWith('=-')).map(window => window.split(',')[0]);
  return told.filter(window => !window.endsWith('=-') || !starts.includes(window.split(',')[0]));
}

/** Kafka Streams has a second sliding window for each record, which begins behind it; ours are those that end with one. */
function withoutWindowsBehind(told: readonly string[], { windows, records }: Scenario, at: number): readonly string[] {
  if (windows.kind !== 'sliding') return told;
  const times = records
    .slice(0, at + 1)
    .map(recordOf)
    .map(({ key, time }) => `${key} ${time}`);
  const lastOf = (window: string): string => window.replace(/^(\w+)\[.*,(-?\d+)\].*$/, '$1 $2');
  return told.filter(window => window === 'late' || times.includes(lastOf(window)));
}

/** What is to be told after each record. */
const expectedOf = (scenario: Scenario): string[] =>
  (scenario.millrace?.lines ?? scenario.streams).map((line, at) => {
    const told = line === '' ? [] : line.split(' ');
    return inOrder(withoutWindowsBehind(withoutOwnReplacement(told), scenario, at), scenario);
  });

/** Time as in Kafka Streams: as far as the newest record. */
const prompt = stream('clicks', { ...clicks, lateness: 0 });

async function toldIn(scenario: Scenario): Promise<string[]> {
  const world = await World.of([visitsOf(windowsOf(scenario.windows), { emit: scenario.emit }, prompt)], {
    maxRecords: 1,
  });
  const run = await world.open('visits');
  const lines: string[] = [];
  let [before, lateBefore] = [0, 0];
  for (const { key, value, time } of scenario.records.map(recordOf)) {
    await world.send(prompt, click(Number(value), time, { page: key }));
    for (let epochs = 0; await run.step(); epochs++) expect(epochs).toBeLessThan(9);
    const [all, late] = [await world.output(visits), (await world.output(deadLetters)).length];
    const news = all.slice(before).map(visit => shown(visit, scenario.windows));
    lines.push(inOrder(late > lateBefore ? [...news, 'late'] : news, scenario));
    [before, lateBefore] = [all.length, late];
  }
  await world.transport.close();
  await world.documents.close();
  return lines;
}

const scenarios = scenariosOf('windows', Scenario).map(scenario => [scenario.name, scenario] as const);

test.for(scenarios)('%s', async ([, scenario]) => {
  expect(await toldIn(scenario)).toEqual(expectedOf(scenario));
});
