import { map, type Observable } from 'rxjs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { describe as described } from '../../src/engine/describe.ts';
import { BuildError } from '../../src/engine/errors.ts';
import { Graph } from '../../src/engine/graph.ts';
import { type Task, topology } from '../../src/engine/topology.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { stream } from '../../src/stream/stream.ts';
import { World } from '../support/world.ts';

const inbox = stream<Alarm>('inbox', { ...alarms });
const other = stream<Alarm>('other', { ...alarms });
const [short, long, rest] = ['short', 'long', 'rest'].map(name => stream<Alarm>(name, { ...alarms }));
if (short === undefined || long === undefined || rest === undefined) throw new Error('three streams');

const alarm = (text: string, at = 0, sensor = 's'): Alarm => ({ sensor, text, at });
const isShort = ({ text }: Alarm): boolean => text.length < 3;
const isLong = ({ text }: Alarm): boolean => text.length > 5 || text === 'ab';

const branching = (withRest: boolean) =>
  topology('branching', task => {
    const ways = task.branch(task.read(inbox), { short: isShort, long: isLong });
    ways.short.subscribe(task.write(short));
    ways.long.pipe(map(value => ({ ...value, sensor: 'l' }))).subscribe(task.write(long));
    if (withRest) ways.otherwise.subscribe(task.write(rest));
  });

const textsOf = async (world: World, of: typeof inbox): Promise<string[]> =>
  (await world.output(of)).map(({ text }) => text);

describe('a branch', () => {
  test('sends every value the first way that takes it, and otherwise the rest', async () => {
    const world = await World.of([branching(true)]);
    await world.send(inbox, alarm('ab'), alarm('abcd'), alarm('abcdef'), alarm('a'));
    await world.drain();
    expect(await textsOf(world, short)).toEqual(['ab', 'a']);
    expect(await textsOf(world, long)).toEqual(['abcdef']);
    expect(await textsOf(world, rest)).toEqual(['abcd']);
  });

  test('without anybody at `otherwise` makes a dead letter of what takes no way', async () => {
    const world = await World.of([branching(false)]);
    await world.send(inbox, alarm('ab'), alarm('abcd'), alarm('abcdef'));
    await world.drain();
    expect(await textsOf(world, short)).toEqual(['ab']);
    expect(await textsOf(world, long)).toEqual(['abcdef']);
    expect(await world.output(deadLetters)).toMatchObject([
      { offset: 1, reason: 'none of the ways short, long takes the value' },
    ]);
  });

  test('with a way that leads nowhere, without ways, or with one that is called otherwise is refused', async () => {
    const lost = (wire: (task: Task) => void) => World.of([topology('lost', wire)]);
    await expect(
      lost(task => {
        task.branch(task.read(inbox), { short: isShort, long: isLong }).short.subscribe(task.write(short));
      }),
    ).rejects.toThrow("the way 'long' of a branch leads nowhere");
    await expect(lost(task => void task.branch(task.read(inbox), {}))).rejects.toThrow(BuildError);
    await expect(lost(task => void task.branch(task.read(inbox), { otherwise: isShort }))).rejects.toThrow(BuildError);
  });

  test('is seen through by the graph', async () => {
    const streams = Graph.streamsOf([branching(true)]);
    const graph = new Graph([branching(true)], new Map([...streams].map(name => [name, 1])));
    expect(described(graph)).toContain('inbox -> short, long, rest');
  });

  test('narrows types by its guards', () => {
    type Card = { kind: 'card'; pan: string };
    type Cash = { kind: 'cash' };
    type Bill = { kind: 'bill' };
    type Payment = Card | Cash | Bill;
    const ways = (task: Task, source: Observable<Payment>) =>
      task.branch(source, {
        cards: (payment: Payment): payment is Card => payment.kind === 'card',
        cash: (payment: Payment): payment is Cash => payment.kind === 'cash',
        any: () => true,
      });
    type Told = ReturnType<typeof ways>;
    expectTypeOf<Told['cards']>().toEqualTypeOf<Observable<Card>>();
    expectTypeOf<Told['cash']>().toEqualTypeOf<Observable<Cash>>();
    expectTypeOf<Told['any']>().toEqualTypeOf<Observable<Payment>>();
    expectTypeOf<Told['otherwise']>().toEqualTypeOf<Observable<Bill>>();
  });
});

describe('a merge', () => {
  const merging = topology('merging', task => {
    const inside = task.read(inbox).pipe(map(value => ({ ...value, sensor: 'in' })));
    task.merge(inside, task.read(other)).subscribe(task.write(rest));
  });

  test('tells the values of all in the order of the plan, the same after a crash', async () => {
    const world = await World.of([merging], { maxRecords: 4 });
    await world.send(other, alarm('o1'), alarm('o2'), alarm('o3'));
    await world.send(inbox, alarm('i1'), alarm('i2'), alarm('i3'));
    let crashed = false;
    world.observer = {
      step: (_, step, moment) => {
        if (crashed || step !== 'checkpoint' || moment !== 'before') return;
        crashed = true;
        throw new Error('killed');
      },
    };
    await expect(world.drain()).rejects.toThrow('killed');
    await world.drain();
    expect(await textsOf(world, rest)).toEqual(['i1', 'i2', 'o1', 'o2', 'i3', 'o3']);
  });

  test('is seen through by the graph, where RxJS would hide what flows', () => {
    const streams = Graph.streamsOf([merging]);
    const graph = new Graph([merging], new Map([...streams].map(name => [name, 1])));
    expect(described(graph)).toContain('inbox -> rest\n  other -> rest');
  });
});
