/** Every operator as somebody writes it who has installed Millrace: type-checked here and against the packed package. */
import { filter, map, share } from 'rxjs';
import {
  type AsyncCall,
  boundedLateness,
  calendar,
  type Fold,
  hours,
  json,
  listState,
  mapState,
  minutes,
  schema,
  seconds,
  session,
  sliding,
  sortedMapState,
  stream,
  type Task,
  topology,
  tumbling,
  valueState,
  type Windowed,
} from '../../src/index.ts';

export interface Event {
  readonly id: string;
  readonly key: string;
  readonly value: number;
  readonly at: number;
}

const event = schema<Event>({
  type: 'record',
  name: 'Event',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'key', type: 'string' },
    { name: 'value', type: 'double' },
    { name: 'at', type: 'long' },
  ],
});
const options = { schema: event, key: (of: Event) => of.key, time: (of: Event) => of.at };
export const events = stream('events', { ...options, lateness: seconds(5) });
const others = stream('others', options);
const results = stream('results', options);

const by = (of: Event): string => of.key;
const sum: Fold<Event, number> = { initial: () => 0, add: (so, { value }) => so + value, merge: (a, b) => a + b };
const asEvent = ({ key, start, value }: Windowed<number>): Event => ({ id: `${key} ${start}`, key, value, at: start });

const windows = topology('windows', task => {
  const read = task.read(events, { watermark: boundedLateness(minutes(1)) });
  const unique = read.pipe(task.distinct('ids', { by: of => of.id, horizon: hours(1) }), share());
  for (const [name, kind] of [
    ['minutes', tumbling({ size: minutes(1) })],
    ['last', sliding({ size: minutes(5), resolution: seconds(1) })],
    ['visits', session({ gap: minutes(10) })],
    ['days', calendar({ unit: 'day', zone: 'Europe/Berlin' })],
  ] as const)
    unique
      .pipe(task.windowed(name, kind, { by, fold: sum, emit: 'close', late: task.late() }), map(asEvent))
      .subscribe(task.write(results));
});

const pair = (left: Event, right: Event | undefined): Event => ({ ...left, value: left.value + (right?.value ?? 0) });

const joins = topology('joins', task => {
  const [left, right] = [task.read(events).pipe(share()), task.read(others).pipe(share())];
  left
    .pipe(task.join('met', right, { kind: 'inner', within: minutes(1), result: pair }))
    .subscribe(task.write(results));
  left.pipe(task.joinTable('as of', right, { kind: 'left', result: pair })).subscribe(task.write(results));
  left
    .pipe(task.joinTables('rows', right, { kind: 'left', result: pair, gone: (row: Event) => row }))
    .subscribe(task.replace('rows', { id: row => row.key, body: ({ value }) => ({ value }) }));
});

const process = (task: Task) =>
  task.process('general', {
    state: {
      last: valueState(json<Event>(), { ttl: hours(1) }),
      recent: listState(json<number>(), { atMost: 10 }),
      byId: mapState(json<number>()),
      byTime: sortedMapState(json<number>()),
    },
    on: (of: Event, { state, timers, time }) => {
      const before = state.last.get();
      state.last.set(of);
      state.byId.set(of.id, of.value);
      timers.at(time + minutes(1), 'silent');
      return before === undefined ? [] : [{ ...of, value: of.value - before.value }];
    },
    onTimer: ({ at }, { key, state }) => {
      state.last.clear();
      return [{ id: 'silent', key, value: 0, at }];
    },
  });

const general = topology('general', task => {
  const processed = task.read(events).pipe(process(task));
  const { low, otherwise } = task.branch(processed, { low: ({ value }: Event) => value < 0 });
  const limited = otherwise.pipe(task.rateLimit('a second', { limit: 100, by }));
  task.merge(low, limited).subscribe(task.write(results));
});

const counted = topology('counted', task => {
  const known = task.table(others);
  task
    .read(events)
    .pipe(
      task.keyed('counts', {
        by,
        initial: () => 0,
        next: (count, of: Event) => [count + 1, [{ ...of, value: count + 1 }]],
      }),
      filter(of => known.get(of.key) === undefined),
    )
    .subscribe(task.write(results));
});

const asked = topology('asked', task => {
  const work = async (of: Event, { id }: AsyncCall): Promise<Event> => Promise.resolve({ ...of, id });
  task
    .read(events)
    .pipe(task.mapAsync('ask', { work, timeout: seconds(5), retry: { attempts: 3 } }))
    .subscribe(task.deliver('outside', { write: () => Promise.resolve() }));
});

export const topologies = [windows, joins, general, counted, asked];
