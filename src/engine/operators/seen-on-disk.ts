import type { Millis } from '../../stream/time.ts';
import type { TaskRuntime } from '../runtime.ts';
import { DiskTable } from '../state/disk-table.ts';
import { afterAll } from '../state/entries.ts';
import { nothingStored } from '../state/keyed-on-disk.ts';
import type { MemoryBound } from '../state/recent.ts';
import { BaseStep, type StateValue, type StoredEntries, type StoredState } from '../step.ts';
import { type Found, Horizon, sweptMark, sweptTime, timeOf } from './seen.ts';

/**
 * Keys and when they came, in the checkpoint, stored as in memory. What is over is known by its time and not seen. It is
 * removed by a hand that goes round all keys: for each that is put, it looks at the next four. So no order by time has
 * to be kept beside them, and no more than a third is there beyond those within the horizon.
 */
export class SeenOnDisk extends BaseStep {
  readonly kind = 'distinct';
  override readonly timed = true;
  override readonly identity: string;
  /** Nothing. */
  readonly restores = { from: '', before: '' };
  readonly #task: TaskRuntime;
  readonly #horizon: Horizon;
  readonly #times: DiskTable<Millis>;
  /** The key that the hand looked at last, alone; none before the first. */
  readonly #swept: DiskTable<true>;
  #stored: StoredEntries = nothingStored;
  #added = 0;

  constructor(task: TaskRuntime, horizon: Millis, memory: MemoryBound) {
    super();
    this.identity = `horizon ${horizon}`;
    this.#task = task;
    this.#horizon = new Horizon(horizon);
    const stored = (): StoredEntries => this.#stored;
    this.#times = new DiskTable({ name: '', mark: '', stored, memory, encode: time => `${time}`, decode: timeOf });
    this.#swept = new DiskTable({
      name: '',
      mark: sweptMark,
      stored,
      memory: { entries: 0 },
      encode: () => sweptTime,
      decode: () => true,
    });
  }

  attach(stored: StoredEntries): void {
    this.#stored = stored;
  }

  add(key: string, time: Millis, watermark: Millis): Found {
    const before = this.#times.find(key);
    if (before !== undefined && !this.#horizon.isOver(before, watermark)) return 'known';
    if (this.#horizon.isOver(time, watermark)) return 'late';
    this.#times.put(key, time);
    this.#added++;
    return 'new';
  }

  override endEpoch(): void {
    if (this.#added === 0) return;
    const { watermark } = this.#task.eventTime;
    const swept = this.#sweptTo();
    let left = lookedAtForEach * this.#added;
    let last: string | undefined;
    for (const [key, time] of this.#times.scan(
      { from: swept === undefined ? '' : `${swept}\0`, before: afterAll },
      false,
    )) {
      if (this.#horizon.isOver(time, watermark)) this.#times.remove(key);
      if (--left > 0) continue;
      last = key;
      break;
    }
    if (swept !== undefined) this.#swept.remove(swept);
    if (last !== undefined) this.#swept.put(last, true);
    this.#added = 0;
  }

  #sweptTo(): string | undefined {
    for (const [key] of this.#swept.scan({ from: '', before: afterAll }, false)) return key;
    return undefined;
  }

  override *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    yield* this.#times.changes();
    yield* this.#swept.changes();
  }

  override committed(): void {
    this.#times.committed();
    this.#swept.committed();
  }

  override undo(): void {
    this.#times.undo();
    this.#swept.undo();
    this.#added = 0;
  }

  /** When the key came, by event time. What is over is told until it is removed. */
  query(key: string, stored: StoredState): { readonly cameAt: Millis } | undefined {
    const time = key.startsWith(sweptMark) ? undefined : stored.get(key);
    return time === undefined ? undefined : { cameAt: timeOf(time) };
  }
}

/** Of n keys a round takes n / 4 new ones: as many, at most, have come to an end unseen. */
const lookedAtForEach = 4;
