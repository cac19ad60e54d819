/** The step that the play of states plays: what its records ask of its states, and what it saw there. */
import { days, listState, mapState, schema, sortedMapState, stream, topology, valueState } from '../../../src/index.ts';
import type { ListState, MapState, SortedMapState, Stream, Topology, ValueState } from '../../../src/index.ts';
import { type Doing, isPoison, type Lives, type Recalled, timerOf } from './states-oracle.ts';

export const doings = stream<Doing>('doings', {
  schema: schema<Doing>({
    type: 'record',
    name: 'Doing',
    fields: [
      { name: 'id', type: 'int' },
      { name: 'key', type: 'string' },
      { name: 'on', type: 'string' },
      { name: 'act', type: 'string' },
      { name: 'look', type: 'string' },
      { name: 'entry', type: 'int' },
      { name: 'at', type: 'double' },
    ],
  }),
  key: ({ key }) => key,
  time: ({ at }) => at,
  lateness: 50,
  // When somebody turns idle is decided by polls, and what is over then is no function of the log.
  idleAfter: days(100_000),
});

const seen = (name: string): Stream<Recalled> =>
  stream<Recalled>(name, {
    schema: schema<Recalled>({
      type: 'record',
      name: 'Recalled',
      fields: [
        { name: 'key', type: 'string' },
        { name: 'id', type: 'int' },
        { name: 'text', type: 'string' },
        { name: 'at', type: 'double' },
      ],
    }),
    key: ({ key }) => key,
    time: ({ at }) => at,
  });
export const recalled = seen('recalled');
export const onDisk = seen('on-disk');

interface Held {
  readonly value: ValueState<number>;
  readonly list: ListState<number>;
  readonly map: MapState<number>;
  readonly sorted: SortedMapState<number, number>;
}

/** `lives` are the options of the states. */
export const recalling = (
  name: string,
  lives: Lives,
  memory: { readonly memory?: { readonly entries: number } },
  out: Stream<Recalled>,
): Topology =>
  topology(name, task => {
    task
      .read(doings)
      .pipe(
        task.process('all', {
          ...memory,
          state: {
            value: valueState<number>(undefined, lives.value),
            list: listState<number>(undefined, lives.list),
            map: mapState<number>(undefined, lives.map),
            sorted: sortedMapState<number>(undefined, lives.sorted),
          },
          on: (doing: Doing, { key, time, state, timers }) => {
            act(doing, state);
            const text = look(doing, state);
            const timer = timerOf(doing);
            if (timer !== undefined) timers.at(timer, String(doing.id));
            if (isPoison(doing)) throw new Error('poison');
            return [{ key, id: doing.id, text, at: time }];
          },
          onTimer: (timer, { key, time, state }) => [{ key, id: Number(timer.name), text: lookAtAll(state), at: time }],
        }),
      )
      .subscribe(task.write(out));
  });

function act({ id, on, act: what, entry }: Doing, { value, list, map, sorted }: Held): void {
  if (what === 'nothing') return;
  const changes = {
    value: { put: () => value.set(id), drop: () => value.clear(), clear: () => value.clear() },
    list: { put: () => list.add(id), drop: () => list.shift(), clear: () => list.clear() },
    map: { put: () => map.set(`${entry}`, id), drop: () => map.delete(`${entry}`), clear: () => map.clear() },
    sorted: {
      put: () => sorted.set(entry - 2, id),
      drop: () => sorted.clear({ from: entry - 2, before: entry }),
      clear: () => sorted.clear(),
    },
  };
  changes[on][what]();
}

function look({ on, look: how, entry }: Doing, { value, list, map, sorted }: Held): string {
  if (how === 'away') return '';
  const sights = {
    value: { one: () => value.get(), ends: () => value.get(), all: () => value.get() },
    list: {
      one: () => list.last(),
      ends: () => [list.first(), list.last()],
      all: () => [...list.values('newest first')],
    },
    map: { one: () => map.get(`${entry}`), ends: () => map.has(`${entry}`), all: () => [...map.entries()] },
    sorted: {
      one: () => sorted.get(entry - 2),
      ends: () => [sorted.first(), sorted.last()],
      all: () => [...sorted.entries({ from: -1, before: 3, descending: true })],
    },
  };
  return JSON.stringify(sights[on][how]() ?? null);
}

const lookAtAll = ({ value, list, map, sorted }: Held): string =>
  JSON.stringify([value.get() ?? null, [...list.values()], [...map.entries()], [...sorted.entries()]]);
