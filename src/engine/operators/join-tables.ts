import type { Observable, OperatorFunction } from 'rxjs';
import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { BuildError } from '../errors.ts';
import { checkedWindow, type JoinKind } from '../joins/spec.ts';
import { refuseUnknown } from '../options.ts';
import { TaskObservable } from './guard.ts';
import { takingFrom } from './join-keys.ts';
import type { TableSide } from './join-table.ts';
import { orderedStep } from './ordered-step.ts';
import { Inlet } from './stage.ts';

interface TablesJoining<L, R> {
  /** How long versions wait for those that come late, behind the event time at which they happened; 0 where absent. */
  readonly grace?: Millis;
  readonly left?: TableSide<L>;
  readonly right?: TableSide<R>;
}

/** A row for each key that both tables have. */
export interface InnerTablesJoin<L, R, X> extends TablesJoining<L, R> {
  readonly kind: 'inner';
  /** What is told of a row with each version of one of its sides, which happened `at`. */
  readonly result: (left: L, right: R, at: Millis) => X;
  /** What is told, once, when a row is no more, of its sides as they were; `at` is when the version happened that says so. */
  readonly gone: (left: L, right: R, at: Millis) => X;
}

/** A row for each key that the left table has. */
export interface LeftTablesJoin<L, R, X> extends TablesJoining<L, R> {
  readonly kind: 'left';
  readonly result: (left: L, right: R | undefined, at: Millis) => X;
  readonly gone: (left: L, right: R | undefined, at: Millis) => X;
}

/** A row for each key that one of the tables has. */
export interface OuterTablesJoin<L, R, X> extends TablesJoining<L, R> {
  readonly kind: 'outer';
  readonly result: (left: L | undefined, right: R | undefined, at: Millis) => X;
  readonly gone: (left: L | undefined, right: R | undefined, at: Millis) => X;
}

/** How two tables are joined; see `Task.joinTables`. */
export type TablesJoinOptions<L, R, X> = InnerTablesJoin<L, R, X> | LeftTablesJoin<L, R, X> | OuterTablesJoin<L, R, X>;

/** Joins two tables by key; see `Task.joinTables`. */
export function joinTables<L, R, X>(
  build: Build,
  name: string,
  right: Observable<R>,
  options: TablesJoinOptions<L, R, X>,
): OperatorFunction<L, X> {
  checkOptions(name, options);
  const { kind, grace, left: ofLeft = {}, right: ofRight = {} } = options;
  const { task, trail } = build;
  return source =>
    new TaskObservable<X>(trail, out => {
      trail.link(`step:${name}`);
      const step = orderedStep(build, name, { kind: `${kind} tables join`, grace, left: ofLeft, right: ofRight });
      const { leftTable, rightTable } = step;
      step.take = turn => {
        const { key } = turn.held;
        const before = rowOf(options, 'gone', leftTable.get(key), rightTable.get(key));
        if (turn.side === 'left') leftTable.set(key, keptOf(ofLeft, turn.held.value));
        else rightTable.set(key, keptOf(ofRight, turn.held.value));
        const told = rowOf(options, 'result', leftTable.get(key), rightTable.get(key)) ?? before;
        if (told !== undefined) out.next(told(turn.held.time));
      };
      const takeLeft = takingFrom(build, name, ofLeft, (key, value: L) => step.addLeft(key, value));
      const takeRight = takingFrom(build, name, ofRight, (key, value: R) => step.addRight(key, value));
      const both = source.subscribe(new Inlet(task, name, takeLeft, out));
      both.add(right.subscribe(new Inlet(task, name, takeRight, out)));
      return both;
    });
}

const keptOf = <V>({ removed }: TableSide<V>, version: V): V | undefined =>
  removed?.(version) === true ? undefined : version;

/** What is told of a row of these sides; undefined where they make none. */
function rowOf<L, R, X>(
  options: TablesJoinOptions<L, R, X>,
  what: 'result' | 'gone',
  left: L | undefined,
  right: R | undefined,
): ((at: Millis) => X) | undefined {
  if (options.kind === 'outer') {
    return left === undefined && right === undefined ? undefined : at => options[what](left, right, at);
  }
  if (left === undefined) return undefined;
  if (options.kind === 'left') return at => options[what](left, right, at);
  return right === undefined ? undefined : at => options[what](left, right, at);
}

function checkOptions<L, R, X>(name: string, options: TablesJoinOptions<L, R, X>): void {
  const { kind, grace = 0, left = {}, right = {} } = options;
  refuseUnknown(options, ['kind', 'grace', 'result', 'gone', 'left', 'right'], `the options of '${name}'`);
  refuseUnknown(left, ['late', 'codec', 'removed'], `what '${name}' says of its left table`);
  refuseUnknown(right, ['late', 'codec', 'removed'], `what '${name}' says of its right table`);
  checkedWindow({ before: 0, after: 0, grace });
  if (!kinds.includes(kind)) {
    throw new BuildError(`'${name}' is a join of kind '${kind}'`, `Choose among ${kinds.join(', ')}`);
  }
}

const kinds: readonly JoinKind[] = ['inner', 'left', 'outer'];
