/** Keeps the partitions of a task together in event time: what is ahead of the others by more than `maxSkew` waits. */
import type { Millis } from '../stream/time.ts';
import { BatchCursor } from '../transport/record.ts';
import { keyOf, markOf, noTime } from './event-time.ts';
import { isRepeated } from './input.ts';
import type { Position } from './position.ts';
import type { TaskRuntime } from './runtime.ts';
import type { Place, Pulled } from './spans.ts';

/** Times in an epoch that all partitions have their turn: each of them may add a span a partition to the plan. */
const mostRounds = 32;

/** What was read of a place; undefined where there was nothing. */
export interface Read {
  readonly place: Place;
  readonly pulled: Pulled | undefined;
}

/** What of it is applied, and what waits. */
export interface Aligned {
  readonly pulled: readonly Pulled[];
  /** `stream/partition` of what has more to read than it may: it is not idle. */
  readonly held: ReadonlySet<string>;
  /** Where nothing may be applied: the clock at which the next partition has been quiet for long enough. Infinity else. */
  readonly until: Millis;
}

/** Whether some input is kept near to the others. */
export const bounded = (places: readonly Place[]): boolean =>
  places.some(({ input }) => input.options.maxSkew !== undefined);

/**
 * Round by round: a partition goes on while its own watermark is at most `maxSkew` ahead of the least, as that was when
 * the round began. So the one that is last always goes on, and of what is applied all but the newest record of a
 * partition is within `maxSkew` of the task's event time. One without records holds the others until it has been quiet for
 * as long as its stream, or its reader, says.
 */
export function align(task: TaskRuntime, reads: readonly Read[], now: Millis): Aligned {
  const lanes = reads.map(read => new Lane(task, read, now));
  const pulled: Pulled[] = [];
  for (let round = 0, moved = true; moved && round < mostRounds; round++) {
    const least = Math.min(...lanes.filter(lane => lane.holds).map(({ mark }) => mark));
    const spans = lanes.flatMap(lane => lane.advance(least) ?? []);
    pulled.push(...spans);
    moved = spans.length > 0;
  }
  const waiting = lanes.filter(lane => lane.isLeft);
  return {
    pulled,
    held: new Set(waiting.map(({ name }) => name)),
    until: pulled.length > 0 || waiting.length === 0 ? Infinity : Math.min(...lanes.map(lane => lane.quietAt)),
  };
}

/** A partition on its way through what was read of it, without anything being applied yet. */
class Lane {
  readonly name: string;
  readonly #place: Place;
  readonly #pulled: Pulled | undefined;
  /** As it will be where the lane stands. */
  readonly #position: Position;
  readonly #idle: ReadonlySet<string>;
  readonly #isQuiet: boolean;
  #batch = 0;
  #record: BatchCursor | undefined;
  /** Nothing behind a record that cannot be read yet is decided about in this epoch. */
  #isBlind = false;

  constructor({ eventTime }: TaskRuntime, { place, pulled }: Read, now: Millis) {
    this.#place = place;
    this.#pulled = pulled;
    const { position, input } = place;
    this.name = keyOf(input, position);
    this.#idle = eventTime.idle;
    this.#position = { ...position, producers: new Map([...position.producers].map(([id, at]) => [id, { ...at }])) };
    this.#position.mark = markOf(input, position, this.#idle);
    this.#isQuiet = pulled === undefined && this.quietAt <= now && this.quietAt > -Infinity;
  }

  /** Its watermark where the lane stands. */
  get mark(): Millis {
    return this.#position.mark;
  }

  /** Whether others wait for it. */
  get holds(): boolean {
    return this.#place.input.timed && !this.#isQuiet && this.mark !== noTime;
  }

  /** The clock at which it holds nobody any more if nothing comes; Infinity if it does not, or has something to read. */
  get quietAt(): Millis {
    const { input, position } = this.#place;
    if (this.#pulled !== undefined || this.#isQuiet) return Infinity;
    return position.activeAt + Math.min(input.idleAfter, input.stream.idleAfter);
  }

  get isLeft(): boolean {
    return this.#pulled !== undefined && this.#position.offset < this.#pulled.span.to;
  }

  /** Goes on as far as it may; undefined where that is nowhere. */
  advance(least: Millis): Pulled | undefined {
    const pulled = this.#pulled;
    const { maxSkew = Infinity } = this.#place.input.options;
    const from = this.#position.offset;
    if (pulled === undefined || !this.isLeft) return undefined;
    if (maxSkew === Infinity) this.#position.offset = pulled.span.to;
    else while (this.#mayGoOn(least + maxSkew) && this.#next(pulled));
    const to = this.#position.offset;
    if (to === from) return undefined;
    const batches = pulled.batches.filter(
      ({ firstOffset, records }) => firstOffset < to && firstOffset + records > from,
    );
    return { span: { ...pulled.span, from, to }, batches, toEnd: to < pulled.span.to || pulled.toEnd };
  }

  #mayGoOn(until: Millis): boolean {
    return !this.#isBlind && this.isLeft && (this.mark <= until || this.mark === noTime);
  }

  /** The next record; where there is none any more the lane is at its end. */
  #next(pulled: Pulled): boolean {
    for (; this.#batch < pulled.batches.length; this.#batch++, this.#record = undefined) {
      const batch = pulled.batches[this.#batch];
      if (batch === undefined) break;
      const record = (this.#record ??= new BatchCursor(batch));
      while (record.next()) {
        if (record.offset < this.#position.offset) continue;
        if (record.offset >= pulled.span.to) break;
        this.#position.offset = record.offset + 1;
        this.#apply(record);
        return true;
      }
    }
    this.#position.offset = pulled.span.to;
    return false;
  }

  /** What the record does to the watermark of its partition, as `Input.push` will have it. */
  #apply(record: BatchCursor): void {
    const { input } = this.#place;
    const position = this.#position;
    if (record.producer !== '') this.#produced(record);
    else {
      const told = input.toldBy(record);
      if (told === 'unreadable') this.#isBlind = true;
      else if (told !== undefined && told > position.newest) position.newest = told;
    }
    position.mark = markOf(input, position, this.#idle);
  }

  #produced(record: BatchCursor): void {
    const { producer, lineage, sequence, watermark } = record;
    const { producers } = this.#position;
    const last = producers.get(producer);
    if (last !== undefined && isRepeated(last, record)) return;
    const before = last?.mark ?? -Infinity;
    const mark = watermark > before || before === noTime ? watermark : before;
    producers.set(producer, { lineage, sequence, mark });
  }
}
