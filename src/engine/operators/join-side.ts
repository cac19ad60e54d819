import type { Held, HeldRecords, Kept } from '../joins/held.ts';
import type { JoinSideName } from '../joins/spec.ts';
import type { Millis } from '../../stream/time.ts';
import type { StateCodec } from '../state/codec.ts';
import type { StateValue } from '../step.ts';
import { framed, unframed } from './frame.ts';

/** How the records of one side are kept: under `side|time|n|key`, what the join knows of them before their value. */
export class JoinSideState<V> {
  readonly #letter: string;
  readonly #records: HeldRecords<V>;
  readonly #codec: StateCodec<V>;

  constructor(name: JoinSideName, records: HeldRecords<V>, codec: StateCodec<V>) {
    this.#letter = name.slice(0, 1);
    this.#records = records;
    this.#codec = codec;
  }

  *changes(): Iterable<readonly [key: string, value: StateValue | null]> {
    for (const held of this.#records.changed()) yield [this.#idOf(held), held.dropped ? null : this.#encode(held)];
  }

  owns(id: string): boolean {
    return id.startsWith(`${this.#letter}|`);
  }

  undo(read: (key: string) => StateValue | undefined): void {
    this.#records.undo(held => {
      const id = this.#idOf(held);
      const stored = read(id);
      return stored === undefined ? undefined : this.#decode(id, stored);
    });
  }

  restore(id: string, stored: StateValue): void {
    this.#records.restore(this.#decode(id, stored));
  }

  #idOf({ time, n, key }: Held<V>): string {
    return `${this.#letter}|${time}|${n}|${key}`;
  }

  #encode({ mark, matched, trace, value }: Held<V>): StateValue {
    // JSON has no infinity: null is where event time had not begun.
    const header: Header = [Number.isFinite(mark) ? mark : null, matched, trace];
    return framed(JSON.stringify(header), this.#codec.encode(value));
  }

  #decode(id: string, stored: StateValue): Kept<V> {
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
