/** Events for the tests that kill, most of them sound, and what anybody could say of them by looking at all of them. */
import { type Reading, readings } from '../../examples/sensor-counts.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import type { Transport } from '../../src/transport/port.ts';
import type { Random } from './random.ts';

export interface SentEvent {
  readonly key: string;
  readonly bytes: Buffer;
  readonly reading: Reading | undefined;
  /** Why it has to end as a dead letter. */
  readonly flaw: RegExp | undefined;
}

const sites = ['ulm', 'bern', 'graz', 'oslo', 'rome', 'lima', 'kyiv'];

/** Appends events from outside, and remembers them in the order in which they were acknowledged. */
export class Traffic {
  readonly sent: SentEvent[] = [];
  readonly #transport: Transport;
  readonly #random: Random;
  #next = 0;

  constructor(transport: Transport, random: Random) {
    this.#transport = transport;
    this.#random = random;
  }

  async send(count: number): Promise<void> {
    const events = Array.from({ length: count }, () => this.#event(this.#next++));
    const records = events.map(({ key, bytes }) => recordOfBytes(key, bytes));
    await appendFromOutside(this.#transport, readings.name, records, 0);
    this.sent.push(...events);
  }

  #event(id: number): SentEvent {
    const random = this.#random;
    const sensor = `${random.pick(sites)}/${random.below(4)}`;
    const reading = { id, sensor, celsius: random.between(-30, 45), at: 1_000_000 + id };
    const lot = random.below(100);
    if (lot === 0) return { key: sensor, bytes: Buffer.from(`broken ${id}`), reading: undefined, flaw: /./ };
    if (lot === 1) return event({ ...reading, celsius: -300 }, /below absolute zero/);
    if (lot === 2) return event({ ...reading, sensor: 'nowhere' }, /names no site/);
    return event(reading);
  }
}

function event(reading: Reading, flaw?: RegExp): SentEvent {
  const buffer = Buffer.alloc(256);
  const bytes = buffer.subarray(0, readings.schema.encode(reading, buffer, 0));
  return { key: reading.sensor, bytes, reading, flaw };
}

/** Readings that have to be forwarded, in the order in which they were sent. */
export const soundReadings = (sent: readonly SentEvent[]): Reading[] =>
  sent.flatMap(({ reading, flaw }) => (reading === undefined || flaw !== undefined ? [] : [reading]));
