/** Two tables joined, inside of the engine: every change of a row is told once, in the order of event time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attend, encounters, guests, hosts, type HowTables, nobodys, type Visit } from '../../support/encounters.ts';
import type { World } from '../../support/world.ts';
import { inWorlds, late, partitions } from './drive.ts';
import { eventsIn, marked, type Marked } from './naive.ts';

const hows: readonly HowTables[] = [
  { kind: 'inner', grace: 0 },
  { kind: 'left', grace: 6 },
  { kind: 'outer', grace: 0 },
  { kind: 'outer', grace: 12 },
];

interface Change extends Marked {
  readonly side: 'left' | 'right';
  readonly index: number;
}

/** By the definition: at each change its row is looked up among all changes up to it, and beside that among those before it. */
function naive({ kind, grace }: HowTables, left: readonly Visit[], right: readonly Visit[], partition: number) {
  const of = (side: Change['side'], list: readonly Visit[], lateness: number): Change[] =>
    marked(eventsIn(list, partition), lateness).map((event, index) => ({ ...event, side, index }));
  const all = [...of('left', left, guests.lateness), ...of('right', right, hosts.lateness)];
  const inTime = all.filter(({ mark, time }) => mark <= time + grace);
  inTime.sort((a, b) => a.time - b.time || compare(b.side, a.side) || compare(a.key, b.key) || a.index - b.index);
  const rowOf = (changes: readonly Change[], key: string): string | undefined => {
    const last = (side: Change['side']): Change | undefined => {
      const found = changes.findLast(change => change.key === key && change.side === side);
      return found?.table === nobodys ? undefined : found;
    };
    const [guest, host] = [last('left'), last('right')];
    const isThere = { inner: guest && host, left: guest, outer: guest ?? host }[kind] !== undefined;
    return isThere ? `${key} ${guest?.id ?? '-'}+${host?.id ?? '-'}` : undefined;
  };
  const told = inTime.flatMap(({ key, time }, index) => {
    const [before, after] = [rowOf(inTime.slice(0, index), key), rowOf(inTime.slice(0, index + 1), key)];
    if (after !== undefined) return [{ text: after, time }];
    return before === undefined ? [] : [{ text: `no more ${before}`, time }];
  });
  const lates = all
    .filter(change => !inTime.includes(change))
    .map(({ side, id }) => `${side === 'left' ? guests.name : hosts.name} ${id}`);
  return { told, lates };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const told = async (world: World): Promise<string[]> =>
  (await world.output(encounters)).map(({ place, guest, host }) => {
    const isOver = (guest ?? host ?? 0) < 0;
    const [one, other] = [guest, host].map(id => (id === null ? '-' : isOver ? -1 - id : id));
    return `${isOver ? 'no more ' : ''}${place} ${one}+${other}`;
  });

test('every change of a row is told once, in the order of event time, and its end too', async () => {
  const holds = inWorlds({ hows, topology: attend }, async (world, { how, left, right, nights }) => {
    await nights();
    const expected = Array.from({ length: partitions }, (_, partition) => naive(how, left, right, partition));
    expect(await told(world)).toEqual(expected.flatMap(each => each.told.map(({ text }) => text)));
    expect(await late(world)).toEqual(expected.flatMap(({ lates }) => lates).sort());
  });
  await fc.assert(holds, { numRuns: 100 });
}, 120_000);
