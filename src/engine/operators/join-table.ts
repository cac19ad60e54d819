import type { Observable, Observer, OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import type { Turn } from '../joins/in-order.ts';
import { checkedWindow } from '../joins/spec.ts';
import { refuseUnknown } from '../options.ts';
import type { KeyedState } from '../state/keyed-state.ts';
import { TaskObservable } from './guard.ts';
import type { JoinSide } from './join.ts';
import { takingFrom } from './join-keys.ts';
import { orderedStep } from './ordered-step.ts';
import { Inlet } from './stage.ts';

/** What a join says of the values of a stream. */
export type StreamSide<T> = Pick<JoinSide<T>, 'late' | 'codec'>;

/** What a join says of a side that is a table: the latest version by key, in the order of event time. */
export interface TableSide<V> extends StreamSide<V> {
  /** Whether a version says that its key is no more; where absent none does. */
  readonly removed?: (version: V) => boolean;
}

interface TableJoining<T, V> {
  /**
   * How long values and versions wait for those that come late, behind the event time at which they happened; 0 where
   * absent. What comes later still is late.
   */
  readonly grace?: Millis;
  readonly stream?: StreamSide<T>;
  readonly table?: TableSide<V>;
}

/** Every value with the version of its key as of its own event time; a value whose key then had none is left out. */
export interface InnerTableJoin<T, V, X> extends TableJoining<T, V> {
  readonly kind: 'inner';
  readonly result: (value: T, version: V) => X;
}

/** And those whose key then had no version. */
export interface LeftTableJoin<T, V, X> extends TableJoining<T, V> {
  readonly kind: 'left';
  readonly result: (value: T, version: V | undefined) => X;
}

/** How a stream is joined with a table; see `Task.joinTable`. */
export type TableJoinOptions<T, V, X> = InnerTableJoin<T, V, X> | LeftTableJoin<T, V, X>;

/** Joins a stream with a table as of the event time of each value; see `Task.joinTable`. */
export function joinTable<T, V, X>(
  build: Build,
  name: string,
  table: Observable<V>,
  options: TableJoinOptions<T, V, X>,
): OperatorFunction<T, X> {
  checkTableOptions(name, options);
  const { kind, grace, stream: ofStream = {}, table: ofTable = {} } = options;
  const { task, trail } = build;
  return source =>
    new TaskObservable<X>(trail, out => {
      trail.link(`step:${name}`);
      const step = orderedStep(build, name, { kind: `${kind} table join`, grace, left: ofStream, right: ofTable });
      step.take = asOfTurn(step.rightTable, options, (key, version) => step.rightTable.set(key, version), out);
      const takeLeft = takingFrom(build, name, ofStream, (key, value: T) => step.addLeft(key, value));
      const takeRight = takingFrom(build, name, ofTable, (key, value: V) => step.addRight(key, value));
      const both = source.subscribe(new Inlet(task, name, takeLeft, out));
      both.add(table.subscribe(new Inlet(task, name, takeRight, out)));
      return both;
    });
}

/** What the turn of a record does: a version is for `keep` to put into the table, a value is told with what the table has. */
export function asOfTurn<T, V, X>(
  versions: Pick<KeyedState<V>, 'get'>,
  options: TableJoinOptions<T, V, X>,
  keep: (key: string, version: V | undefined) => void,
  out: Pick<Observer<X>, 'next'>,
): (turn: Turn<T, V>) => void {
  const { removed = () => false } = options.table ?? {};
  return turn => {
    if (turn.side === 'right') {
      const { key, value } = turn.held;
      return keep(key, removed(value) ? undefined : value);
    }
    const { key, value } = turn.held;
    const version = versions.get(key);
    if (options.kind === 'left') out.next(options.result(value, version));
    else if (version !== undefined) out.next(options.result(value, version));
  };
}

/** Throws `BuildError` and `InvalidWindow`; `more` are the options that a join has besides. */
export function checkTableOptions<T, V, X>(
  name: string,
  options: TableJoinOptions<T, V, X>,
  more: readonly string[] = [],
): void {
  const { kind, grace = 0, stream = {}, table = {} } = options;
  refuseUnknown(options, ['kind', 'grace', 'result', 'stream', 'table', ...more], `the options of '${name}'`);
  refuseUnknown(stream, ['late', 'codec'], `what '${name}' says of its stream`);
  refuseUnknown(table, ['late', 'codec', 'removed'], `what '${name}' says of its table`);
  checkedWindow({ before: 0, after: 0, grace });
  const given: string = kind;
  if (given === 'inner' || given === 'left') return;
  throw new BuildError(`'${name}' is a join of kind '${given}' with a table`, 'Choose inner or left');
}
