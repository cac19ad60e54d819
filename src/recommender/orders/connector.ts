/**
 * From orders in the documents to events in the log, for as long as the process runs. Any number of processes share the
 * ranges of the feed by leases. Of each order that changed, what there is to tell is written down first, then the events
 * are appended, one for each line, and only then is the feed's position stored.
 */
import type { Documents } from '../../documents/port.ts';
import type { Clock } from '../../engine/clock.ts';
import { Interrupted, type OnWait, retrying } from '../../engine/retry.ts';
import { Unavailable } from '../../errors.ts';
import type { Tracing } from '../../operations/tracing/tracing.ts';
import { type Millis, seconds } from '../../stream/time.ts';
import type { Transport } from '../../transport/port.ts';
import type { AllowedTenants } from '../domain/allowed-tenants.ts';
import { nextLease } from '../leases/balance.ts';
import { LeaseLost, type Leases } from '../leases/lease.ts';
import { type OnStep, type PageFigures, RangeFollower } from './feed.ts';
import { ordersLag } from './lag.ts';
import type { FeedRun } from './page.ts';
import type { FeedPosition } from './position.ts';
import { type OpenRange, openRanges, ordersLeases } from './ranges.ts';

export interface ConnectorOptions {
  readonly documents: Pick<Documents, 'get' | 'put' | 'write' | 'list' | 'changes' | 'grown' | 'feedRanges'>;
  readonly transport: Pick<Transport, 'partitions' | 'append'>;
  readonly clock: Clock;
  /** Unlike any other process's. */
  readonly owner: string;
  /** How long the end of the feed is left alone before it is looked at again, where no write wakes us. */
  readonly pollEvery: Millis;
  /** How long a range waits for an owner that says nothing; `defaultLeaseFor` where absent. */
  readonly leaseFor?: Millis;
  /** Orders of other tenants become dead letters; absent where all are allowed. */
  readonly tenants?: AllowedTenants | undefined;
  /** Goes on with the traces of those who changed orders; absent where nothing is told. */
  readonly tracing?: Tracing | undefined;
  readonly onWait: OnWait;
  readonly onStep?: OnStep;
  readonly warn: (text: string) => void;
}

/** A process that is killed costs its ranges so long a wait. */
export const defaultLeaseFor = seconds(15);
/** Of that time: after which part a lease is kept, and a process looks whether there is one to take. */
const [keepPart, lookPart] = [1 / 3, 1 / 15];

/** What it has done since it began. */
export interface ConnectorFigures extends PageFigures {
  readonly ranges: readonly string[];
}

type Took = Pick<FeedRun, 'lease' | 'number'>;

export class OrdersConnector {
  readonly #options: ConnectorOptions;
  readonly #leaseFor: Millis;
  readonly #leases: Leases<FeedPosition>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #failed = new AbortController();
  #failure: { readonly error: unknown } | undefined;
  #done: PageFigures = { orders: 0, events: 0, letters: 0 };

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.#leaseFor = options.leaseFor ?? defaultLeaseFor;
    this.#leases = ordersLeases({ ...options, duration: this.#leaseFor });
  }

  get figures(): ConnectorFigures {
    return { ranges: [...this.#running.keys()], ...this.#done };
  }

  /** Until the signal aborts; then pages under way are finished, and the leases given back. */
  async run(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#failed.signal]);
    try {
      while (!either.aborted) {
        const took = await this.#trying('leases', () => this.#takeNext(), either);
        if (took !== undefined) this.#begin(took, either);
        else await this.#options.clock.sleep(this.#leaseFor * lookPart, either);
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    } finally {
      this.#failed.abort();
      await Promise.all(this.#running.values());
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Until every order that there is has been told of, by whichever process. */
  async runUntilCaughtUp(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal, this.#failed.signal]);
    const running = this.run(either);
    running.catch(() => {}); // it is awaited in the end
    try {
      while (!either.aborted && (await this.#trying('lag', () => this.#isBehind(), either)))
        await this.#options.clock.sleep(this.#options.pollEvery, either);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    } finally {
      over.abort();
      await running;
    }
  }

  async #isBehind(): Promise<boolean> {
    return (await ordersLag(this.#options, 1)).some(({ behind, isMore }) => behind > 0 || isMore);
  }

  /** One that is to be ours now; undefined where all is as it should be, or somebody was quicker. */
  async #takeNext(): Promise<Took | undefined> {
    const ranges = await openRanges(this.#options.documents, this.#leases);
    const name = this.#wanted(ranges);
    const number = ranges.findIndex(range => range.name === name);
    if (name === undefined) return undefined;
    try {
      return { lease: await this.#leases.take(name, ranges[number]?.lease), number };
    } catch (error) {
      if (error instanceof LeaseLost) return undefined;
      throw error;
    }
  }

  /**
   * A range that still runs here counts as ours, also where another process has just taken its lease. One of ours that
   * does not run is free: its taking was carried out, and the answer was lost.
   */
  #wanted(ranges: readonly OpenRange[]): string | undefined {
    const names = ranges.map(({ name }) => name);
    const { owner: me, clock } = this.#options;
    const expiresAt = Infinity;
    const held = ranges.flatMap(({ name, lease }) => {
      if (this.#running.has(name)) return { name, owner: me, expiresAt };
      return lease === undefined || lease.owner === me ? [] : lease;
    });
    return nextLease(names, held, { me, now: clock.now() });
  }

  #begin({ lease, ...took }: Took, signal: AbortSignal): void {
    const { continuation } = lease.state;
    const trying: FeedRun['trying'] = (what, work) => this.#trying(what, work, signal);
    const ended = this.#follow(
      { ...this.#options, ...took, leases: this.#leases, lease, tookOverAt: lease.state.page, continuation, trying },
      signal,
    );
    this.#running.set(
      lease.name,
      ended.finally(() => this.#running.delete(lease.name)),
    );
  }

  /** Never rejects: what cannot go on here stops the connector, and is told by `run`. */
  async #follow(run: FeedRun, signal: AbortSignal): Promise<void> {
    const { clock, pollEvery, onStep, warn } = this.#options;
    const keepEvery = this.#leaseFor * keepPart;
    const onPage = (page: PageFigures): void => this.#count(page);
    try {
      await new RangeFollower(run, { clock, pollEvery, keepEvery, onStep, onPage, warn }, signal).follow();
    } catch (error) {
      if (error instanceof LeaseLost) return warn(`orders: ${error.message}`);
      if (!(error instanceof Interrupted)) this.#fail(error);
    }
    await this.#release(run);
  }

  /** Whoever takes over need not wait; where the documents are away it waits for the lease to expire. */
  async #release(run: FeedRun): Promise<void> {
    try {
      await this.#leases.release(run.lease);
    } catch (error) {
      if (error instanceof Unavailable) this.#options.warn(`orders: a lease was not given back: ${error.message}`);
      else this.#fail(error);
    }
  }

  #count({ orders, events, letters }: PageFigures): void {
    const { orders: o, events: e, letters: l } = this.#done;
    this.#done = { orders: o + orders, events: e + events, letters: l + letters };
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#failed.abort();
  }

  #trying<R>(what: string, work: () => Promise<R>, signal: AbortSignal): Promise<R> {
    return retrying(`orders ${what}`, work, this.#options.clock, signal, this.#options.onWait);
  }
}
