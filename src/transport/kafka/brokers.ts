/** The connections to the brokers: by purpose, so that nothing waits behind a long poll. */
import type { Millis } from '../../stream/time.ts';
import { Broker } from './broker.ts';
import { type Address, nameOfAddress } from './connection.ts';
import { LogClosed } from './errors.ts';
import type { KafkaOptions } from './options.ts';

/** `ask` carries short questions, `produce` appends, `fetch-N` and `poll-N` reads, `group-…` what a membership asks. */
export type Purpose = 'ask' | 'produce' | `fetch-${number}` | `poll-${number}` | `group-${string}`;

interface Entry {
  readonly opening: Promise<Broker>;
  broker: Broker | undefined;
}

export class Brokers {
  readonly #options: KafkaOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new AbortController();

  constructor(options: KafkaOptions) {
    this.#options = options;
  }

  /** Aborts when the log is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The connection for a purpose, opened in one attempt where there is none that is fit. */
  get(address: Address, purpose: Purpose): Promise<Broker> {
    if (this.closing.aborted) return Promise.reject(new LogClosed());
    const name = `${purpose}@${nameOfAddress(address)}`;
    const there = this.#entries.get(name);
    if (there !== undefined && (there.broker === undefined || there.broker.isFit)) return there.opening;
    there?.broker?.close('was idle for too long');
    return this.#open(name, address);
  }

  /** Waits; the signal and the end of the log end the wait. */
  async pause(duration: Millis, signal?: AbortSignal): Promise<void> {
    const signals = signal === undefined ? [this.closing] : [this.closing, signal];
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = (): void => resolve();
    const timer = setTimeout(done, duration);
    for (const each of signals) each.addEventListener('abort', done);
    if (signals.some(each => each.aborted)) done();
    await promise;
    clearTimeout(timer);
    for (const each of signals) each.removeEventListener('abort', done);
    if (this.closing.aborted) throw new LogClosed();
  }

  /** Ends every connection now; whoever waits for an answer is told. */
  close(): void {
    this.#closing.abort();
    for (const { broker } of this.#entries.values()) broker?.close('was left: the log is closed');
    this.#entries.clear();
  }

  #open(name: string, address: Address): Promise<Broker> {
    const entry: Entry = { opening: Broker.open(address, this.#options, this.closing), broker: undefined };
    this.#entries.set(name, entry);
    entry.opening.then(
      broker => (entry.broker = broker),
      () => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
      },
    );
    return entry.opening;
  }
}
