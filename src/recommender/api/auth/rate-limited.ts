import type { Millis } from '../../../stream/time.ts';
import { RequestRefused } from '../errors.ts';

/** Somebody asks more often than they may. */
export class RateLimited extends RequestRefused {
  readonly code = 'RATE_LIMITED';
  readonly status = 429;
  /** When to ask again, in whole seconds from now. */
  readonly retryAfter_s: number;
  constructor(wait_ms: Millis) {
    const retryAfter_s = Math.max(1, Math.ceil(wait_ms / 1_000));
    super('That is more often than you may ask', `Ask again in ${retryAfter_s} s`);
    this.retryAfter_s = retryAfter_s;
  }
}
