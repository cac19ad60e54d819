import type { Millis } from '../../stream/time.ts';
import type { Build } from '../build.ts';
import { InOrder, type Turn } from '../joins/in-order.ts';
import type { JoinSideName } from '../joins/spec.ts';
import type { TaskRuntime } from '../runtime.ts';
import { json, type StateCodec } from '../state/codec.ts';
import { KeyedState } from '../state/keyed-state.ts';
import type { StateValue, Step } from '../step.ts';
import { JoinSideState } from './join-side.ts';

interface OrderedStepOptions<L, R> {
  readonly task: TaskRuntime;
  readonly kind: string;
  readonly grace: Millis;
  readonly left: StateCodec<L>;
  readonly right: StateCodec<R>;
}

/** What keeps the values of a side; JSON where absent. */
interface OrderedSide<T> {
  readonly codec?: StateCodec<T>;
}

interface OrderedJoin<L, R> {
  readonly kind: string;
  readonly grace: Millis | undefined;
  readonly left: OrderedSide<L> | undefined;
  readonly right: OrderedSide<R> | undefined;
}

/** The step of a join whose sides take their turns in the order of event time; who subscribes says what a turn does. */
export const orderedStep = <L, R>(
  build: Build,
  name: string,
  { kind, grace = 0, left, right }: OrderedJoin<L, R>,
): OrderedStep<L, R> =>
  build.step(
    name,
    () =>
      new OrderedStep({
        task: build.task,
        kind,
        grace,
        left: left?.codec ?? json<L>(),
        right: right?.codec ?? json<R>(),
      }),
    OrderedStep<L, R>,
  );

/** Two inputs in the order of their event time, and a table of the latest of each side that is one. */
export class OrderedStep<L, R> implements Step {
  readonly kind: string;
  readonly timed = true;
  readonly identity: string;
  readonly lag: Millis;
  readonly due = Infinity;
  /** What the turn of a record does; whatever it emits has the record's event time. */
  take: (turn: Turn<L, R>) => void = () => {};
  readonly leftTable: KeyedState<L>;
  readonly rightTable: KeyedState<R>;
  readonly #task: TaskRuntime;
  readonly #order: InOrder<L, R>;
  readonly #left: JoinSideState<L>;
  readonly #right: JoinSideState<R>;

  constructor({ task, kind, grace, left, right }: OrderedStepOptions<L, R>) {
    this.kind = kind;
    this.identity = `+${grace} ${left.version} | ${right.version}`;
    this.lag = grace + 1; // event times need not be whole, turns come at whole ones
    this.#task = task;
    this.#order = new InOrder(grace);
    this.leftTable = new KeyedState('table', left);
    this.rightTable = new KeyedState('table', right);
    this.#left = new JoinSideState('left', this.#order.left, left);
    this.#right = new JoinSideState('right', this.#order.right, right);
  }

  get nextTimer(): Millis {
    return this.#order.nextTurn;
  }

  get hold(): Millis {
    return this.#order.hold;
  }

  /** False where the value is late. */
  addLeft(key: string, value: L): boolean {
    return this.#woken(this.#order.add(this.#order.left, key, value, this.#task.eventTime.arrival()));
  }

  /** False where the value is late. */
  addRight(key: string, value: R): boolean {
    return this.#woken(this.#order.add(this.#order.right, key, value, this.#task.eventTime.arrival()));
  }

  fire(watermark: Millis): void {
    const { cursor } = this.#task;
    try {
      this.#order.release(watermark, turn => {
        const { time, trace } = turn.held;
        // What passed its time is the newest event behind the result; the trace is that of the record.
        cursor.within({ time, origin: cursor.origin, trace }, () => this.take(turn));
      });
    } catch (error) {
      this.#task.fail(error); // it belongs to no record
    }
  }

  endEpoch(): void {}

  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    yield* this.#left.changes();
    yield* this.#right.changes();
    for (const [key, value] of this.leftTable.changes()) yield [`${letters.left}${key}`, value];
    for (const [key, value] of this.rightTable.changes()) yield [`${letters.right}${key}`, value];
  }

  committed(): void {
    this.#order.left.committed();
    this.#order.right.committed();
    this.leftTable.committed();
    this.rightTable.committed();
  }

  undo(read: (key: string) => StateValue | undefined): void {
    this.#left.undo(read);
    this.#right.undo(read);
    this.leftTable.undo(key => read(`${letters.left}${key}`));
    this.rightTable.undo(key => read(`${letters.right}${key}`));
  }

  restore(id: string, value: StateValue, watermark: Millis): void {
    if (id.startsWith(letters.left)) this.leftTable.restore(id.slice(letters.left.length), value, watermark);
    else if (id.startsWith(letters.right)) this.rightTable.restore(id.slice(letters.right.length), value, watermark);
    else if (this.#left.owns(id)) this.#left.restore(id, value);
    else this.#right.restore(id, value);
  }

  restored(): void {}

  #woken(taken: boolean): boolean {
    if (taken) this.#task.eventTime.wake(this.nextTimer);
    return taken;
  }
}

/** Under which the tables are kept, beside the records that wait. */
const letters: Readonly<Record<JoinSideName, string>> = { left: 'L|', right: 'R|' };
