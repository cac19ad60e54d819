import { afterEach, beforeEach, expect, test } from 'vitest';
import { readings } from '../../examples/hot-sensors.ts';
import { Fenced, Unavailable } from '../../src/errors.ts';
import { BuildError, IncompatibleState } from '../../src/engine/errors.ts';
import { pull, type PullSource } from '../../src/engine/pulling.ts';
import { looking, reading } from '../support/lookups.ts';
import { World } from '../support/world.ts';

let world: World;
let stop: AbortController;
beforeEach(async () => {
  world = await World.of([looking({ work: () => Promise.reject(new Error('nobody asks')) })]);
  stop = new AbortController();
});
afterEach(() => stop.abort());

/** So many readings, numbered; whoever waits at their end ends the pull. */
const numbered = (count: number, asked: unknown[] = []): PullSource<ReturnType<typeof reading>, number> => ({
  name: 'numbers',
  parse: stored => {
    if (typeof stored === 'number') return stored;
    throw new Error(`${JSON.stringify(stored)} is no number`);
  },
  read: async (after = 0, most) => {
    asked.push(after);
    const position = Math.min(count, after + most);
    return {
      values: Array.from({ length: position - after }, (_, n) => reading(`s${after + n}`, after + n)),
      position,
    };
  },
  wait: async () => stop.abort(),
});

const sent = async (): Promise<string[]> => (await world.output(readings)).map(({ sensor }) => sensor);
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `s${n}`);

test('everything comes once, part by part, and the next pull goes on behind it', async () => {
  const asked: unknown[] = [];
  await pull(world, readings, numbered(5, asked), { signal: stop.signal, most: 2 });
  expect(asked).toEqual([0, 2, 4, 5]);
  stop = new AbortController();
  await pull(world, readings, numbered(7, asked), { signal: stop.signal, most: 100 });
  expect(asked.slice(4)).toEqual([5, 7]);
  expect(await sent()).toEqual(names(7));
});

test('what was sent before a crash is sent again, and nothing is left out', async () => {
  const { transport, registry, clock } = world;
  const journal = { ...world.documents.journal, append: () => Promise.reject(new Error('killed')) };
  const dying = pull({ transport, registry, clock, documents: { journal } }, readings, numbered(3), {
    signal: stop.signal,
    most: 2,
  });
  await expect(dying).rejects.toThrow('killed');
  await pull(world, readings, numbered(3), { signal: stop.signal, most: 2 });
  expect(await sent()).toEqual(['s0', 's1', ...names(3)]);
});

test('a source that is away is waited for, and says so', async () => {
  const waits: string[] = [];
  const source = numbered(2);
  let away = 2;
  const halting = {
    ...source,
    read: (after: number | undefined, most: number, signal: AbortSignal) =>
      away-- > 0 ? Promise.reject(new Unavailable('the disk is away', 'Wait')) : source.read(after, most, signal),
  };
  const waiting = (what: string, { message }: Error): void => void waits.push(`${what}: ${message}`);
  await pull(world, readings, halting, { signal: stop.signal, waiting });
  expect(waits).toEqual(['numbers: the disk is away. Wait', 'numbers: the disk is away. Wait']);
  expect(await sent()).toEqual(names(2));
});

test('whoever pulls under the name last is the one who goes on', async () => {
  const source = numbered(4);
  const overtaken = {
    ...source,
    read: async (after: number | undefined, most: number, signal: AbortSignal) => {
      if (after === 2) await world.documents.journal.takeFence('source/numbers');
      return source.read(after, most, signal);
    },
  };
  await expect(pull(world, readings, overtaken, { signal: stop.signal, most: 2 })).rejects.toThrow(Fenced);
});

test('a position that the source does not know is refused, and a name that is none', async () => {
  const { journal } = world.documents;
  const { fence } = await journal.takeFence('source/numbers');
  await journal.append('source/numbers', fence, { epoch: 1, plan: '"elsewhere"' });
  await expect(pull(world, readings, numbered(1), { signal: stop.signal })).rejects.toThrow(IncompatibleState);
  const nameless = { ...numbered(1), name: 'No name' };
  await expect(pull(world, readings, nameless, { signal: stop.signal })).rejects.toThrow(BuildError);
});

test('the journal keeps a bounded number of positions', async () => {
  await pull(world, readings, numbered(250), { signal: stop.signal, most: 1 });
  expect((await world.documents.journal.after('source/numbers', 0, 1_000)).length).toBeLessThanOrEqual(100);
  expect(await sent()).toHaveLength(250);
});
