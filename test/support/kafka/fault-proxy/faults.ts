/** What can go wrong between a client and its broker, and how often it still has to. */
import type { ApiName } from './apis.ts';

/** Of a request and its answer. */
export type Fault =
  /** The broker never sees the request; the answer is this error. */
  | { readonly kind: 'refuse'; readonly code: number }
  /** The broker does what it was asked to, and the answer is this error all the same. */
  | { readonly kind: 'misreport'; readonly code: number }
  /** The answer asks for so much patience. */
  | { readonly kind: 'throttle'; readonly ms: number }
  /** Fetches find nothing, without an error: how Event Hubs throttles. */
  | { readonly kind: 'empty' }
  /** Half of the answer arrives, then the connection is cut. */
  | { readonly kind: 'truncate' }
  /** The broker does what it was asked to, and the connection is cut in place of the answer. */
  | { readonly kind: 'lose' }
  /** The answer waits. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** The answer names a broker that is no more: a stale coordinator, a stale leader. */
  | { readonly kind: 'misdirect' };

/** Of a connection. */
export type ConnectionFault =
  /** Nothing passes before this time is over. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** It ends at once. */
  | { readonly kind: 'reset' }
  /** It ends when the client has got so much. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

export const errors = {
  UNKNOWN: -1,
  OFFSET_OUT_OF_RANGE: 1,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_AUTHORIZATION_FAILED: 29,
  KAFKA_STORAGE_ERROR: 56,
} as const;

/** A fault that was asked for. A test requires that it `fired`. */
export class Injected<F> {
  readonly fault: F;
  readonly #on: ApiName | 'connect';
  readonly #times: number;
  readonly #spent = Promise.withResolvers<void>();
  #fired = 0;

  constructor(on: ApiName | 'connect', fault: F, times: number) {
    this.fault = fault;
    this.#on = on;
    this.#times = times;
  }

  get fired(): number {
    return this.#fired;
  }

  /** Whether it happens here. */
  take(on: ApiName | 'connect'): boolean {
    if (on !== this.#on || this.#fired === this.#times) return false;
    this.#fired++;
    if (this.#fired === this.#times) this.#spent.resolve();
    return true;
  }

  /** When it has happened as often as it was to. */
  async spent(deadline_ms = 180_000): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(this.#complaint())), deadline_ms);
    await Promise.race([this.#spent.promise, late.promise]).finally(() => clearTimeout(timer));
  }

  #complaint(): string {
    return `${JSON.stringify(this.fault)} on ${this.#on} fired ${this.#fired} times of ${this.#times}`;
  }
}
