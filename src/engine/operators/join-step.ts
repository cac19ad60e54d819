import type { Held, HeldRecords } from '../joins/held.ts';
import { describeJoin, reachOf, type JoinKind, type JoinSideName, type JoinWindow } from '../joins/spec.ts';
import { type Alone, type Arrival, type Tell, WindowJoin } from '../joins/window-join.ts';
import type { Millis } from '../../stream/time.ts';
import type { TaskRuntime } from '../runtime.ts';
import type { StateCodec } from '../state/codec.ts';
import type { StateValue, Step } from '../step.ts';
import { framed, unframed } from './frame.ts';

export interface JoinStepOptions<L, R> {
  readonly task: TaskRuntime;
  readonly kind: JoinKind;
  readonly window: JoinWindow;
  readonly left: StateCodec<L>;
  readonly right: StateCodec<R>;
  /** What of the keys takes part in the identity of what is kept. */
  readonly keys: string;
}

/** Puts a join, which knows nothing of it, into a task: its timers, its checkpoint, its cursor. */
export class JoinStep<L, R> implements Step {
  readonly kind: string;
  readonly timed = true;
  readonly identity: string;
  readonly lag: Millis;
  readonly due = Infinity;
  met: (left: L, right: R) => void = () => {};
  alone: (alone: Alone<L, R>) => void = () => {};
  readonly #task: TaskRuntime;
  readonly #join: WindowJoin<L, R>;
  readonly #left: Side<L>;
  readonly #right: Side<R>;

  constructor({ task, kind, window, left, right, keys }: JoinStepOptions<L, R>) {
    this.kind = `${kind} join`;
    this.identity = `${describeJoin(window)} ${keys} ${left.version} | ${right.version}`;
    this.lag = reachOf(window);
    this.#task = task;
    this.#join = new WindowJoin(window, kind);
    this.#left = new Side('left', this.#join.left, left);
    this.#right = new Side('right', this.#join.right, right);
  }

  get nextTimer(): Millis {
    return this.#join.nextClose;
  }

  get hold(): Millis {
    return this.#join.hold;
  }

  /** False where the value is late. */
  addLeft(key: string, value: L): boolean {
    return this.#woken(this.#join.addLeft(key, value, this.#arrival(), this.#tell));
  }

  /** False where the value is late. */
  addRight(key: string, value: R): boolean {
    return this.#woken(this.#join.addRight(key, value, this.#arrival(), this.#tell));
  }

  fire(watermark: Millis): void {
    try {
      this.#join.close(watermark, this.#tell);
    } catch (error) {
      this.#task.fail(error); // it belongs to no record
    }
  }

  endEpoch(): void {}

  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    yield* this.#left.changes();
    yield* this.#right.changes();
  }

  committed(): void {
    this.#join.left.committed();
    this.#join.right.committed();
  }

  undo(read: (key: string) => StateValue | undefined): void {
    this.#left.undo(read);
    this.#right.undo(read);
  }

  restore(key: string, value: StateValue): void {
    const side = key.startsWith(`${this.#left.letter}|`) ? this.#left : this.#right;
    side.restore(key, value);
  }

  restored(): void {}

  readonly #tell: Tell<L, R> = {
    met: (left, right, time) => {
      const { cursor } = this.#task;
      cursor.within({ ...cursor.context(), time }, () => this.met(left, right));
    },
    alone: alone => {
      const { cursor } = this.#task;
      const { time, trace } = alone.held;
      // What closed its window is the newest event behind the result; the trace is that of the record.
      cursor.within({ time, origin: cursor.origin, trace }, () => this.alone(alone));
    },
  };

  #arrival(): Arrival {
    const { cursor, eventTime } = this.#task;
    return { time: cursor.time, mark: eventTime.own(), watermark: eventTime.watermark, trace: cursor.trace };
  }

  #woken(taken: boolean): boolean {
    if (taken) this.#task.eventTime.wake(this.nextTimer);
    return taken;
  }
}

/** How the records of one side are kept: under `side|time|n|key`, what the join knows of them before their value. */
class Side<V> {
  readonly letter: string;
  readonly #records: HeldRecords<V>;
  readonly #codec: StateCodec<V>;

  constructor(name: JoinSideName, records: HeldRecords<V>, codec: StateCodec<V>) {
    this.letter = name.slice(0, 1);
    this.#records = records;
    this.#codec = codec;
  }

  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    for (const held of this.#records.changed()) yield [this.#idOf(held), held.dropped ? null : this.#encode(held)];
  }

  undo(read: (key: string) => StateValue | undefined): void {
    this.#records.undo(held => {
      const id = this.#idOf(held);
      const stored = read(id);
      return stored === undefined ? undefined : this.#decode(id, stored);
    });
  }

  restore(id: string, stored: StateValue): void {
    this.#records.insert(this.#decode(id, stored));
  }

  #idOf({ time, n, key }: Held<V>): string {
    return `${this.letter}|${time}|${n}|${key}`;
  }

  #encode({ mark, matched, trace, value }: Held<V>): StateValue {
    // JSON has no infinity: null is where event time had not begun.
    const header: Header = [Number.isFinite(mark) ? mark : null, matched, trace];
    return framed(JSON.stringify(header), this.#codec.encode(value));
  }

  #decode(id: string, stored: StateValue): Omit<Held<V>, 'touched' | 'dropped'> {
    const [header, value] = unframed(stored);
    const [mark, matched, trace] = headerOf(header);
    const [, time = '', n = '', ...key] = id.split('|');
    return {
      key: key.join('|'),
      time: Number(time),
      n: Number(n),
      mark: mark ?? -Infinity,
      matched,
      trace,
      value: this.#codec.decode(value),
    };
  }
}

type Header = readonly [mark: Millis | null, matched: boolean, trace: string];

// oxlint-disable-next-line typescript/consistent-type-assertions -- the header's edge: a checkpoint of another identity is refused
const headerOf = (header: string): Header => JSON.parse(header) as Header;
