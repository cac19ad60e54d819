import type { Observable, OperatorFunction } from 'rxjs';
import type { Build } from '../build.ts';
import { BuildError, TaskStopped } from '../errors.ts';
import { lookedUpBy, placedKey, refuseSides, withoutPlace } from './broadcast-keys.ts';
import { TaskObservable } from './guard.ts';
import { takingBy } from './join-keys.ts';
import { asOfTurn, checkTableOptions, type InnerTableJoin, type LeftTableJoin } from './join-table.ts';
import { orderedStep } from './ordered-step.ts';
import { Inlet } from './stage.ts';

interface Broadcast<T> {
  /** The key of the table that a value is joined with. */
  readonly by: (value: T) => string;
  /** How many keys the table may have, since every task keeps all of them; 100,000 where absent. One more stops the task. */
  readonly maxEntries?: number;
}

/** Every value with the version, as of its own event time, of the key that it looks up; without one it is left out. */
export interface InnerBroadcastJoin<T, V, X> extends InnerTableJoin<T, V, X>, Broadcast<T> {}

/** And those that look up a key which then had no version. */
export interface LeftBroadcastJoin<T, V, X> extends LeftTableJoin<T, V, X>, Broadcast<T> {}

/** How a stream is joined with a table that every task has whole; see `Task.joinBroadcast`. */
export type BroadcastJoinOptions<T, V, X> = InnerBroadcastJoin<T, V, X> | LeftBroadcastJoin<T, V, X>;

/** Joins a stream with a table that every task has whole; see `Task.joinBroadcast`. */
export function joinBroadcast<T, V, X>(
  build: Build,
  name: string,
  table: Observable<V>,
  options: BroadcastJoinOptions<T, V, X>,
): OperatorFunction<T, X> {
  checkTableOptions(name, options, ['by', 'maxEntries']);
  const { kind, by, maxEntries = 100_000, grace, stream: ofStream = {}, table: ofTable = {} } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new BuildError(`'maxEntries' of '${name}' cannot be ${maxEntries}`, 'Give a whole number from 1 on');
  }
  const { task, trail } = build;
  return source =>
    new TaskObservable<X>(trail, out => {
      trail.link(`step:${name}`);
      const step = orderedStep(build, name, { kind: `${kind} broadcast join`, grace, left: ofStream, right: ofTable });
      const keep = (placed: string, version: V | undefined): void => {
        step.rightTable.set(withoutPlace(placed), version);
        if (step.rightTable.size > maxEntries) throw tooMany(task.id, name, maxEntries);
      };
      step.take = asOfTurn(step.rightTable, options, keep, out);
      const lookUp = lookedUpBy(build, name, by);
      const takeLeft = takingBy(build, name, ofStream, lookUp, (key, value: T) => step.addLeft(key, value));
      const place = (): string => placedKey(build, name);
      const takeRight = takingBy(build, name, ofTable, place, (key, value: V) => step.addRight(key, value));
      const both = source.subscribe(new Inlet(task, name, takeLeft, out));
      both.add(table.subscribe(new Inlet(task, name, takeRight, out)));
      refuseSides(build, name, source, table);
      return both;
    });
}

const tooMany = (task: string, name: string, maxEntries: number): TaskStopped =>
  new TaskStopped(
    `${task}: the table of '${name}' has more than ${maxEntries} keys, all of which every task keeps`,
    'Give a larger `maxEntries` if each task has the memory, filter out what nobody looks up, or join by the key of both with joinTable',
  );
