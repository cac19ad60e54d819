/** Requests that are sent again under the key of the first: the same answer, and what they bring counts once. */
import { hash } from 'node:crypto';
import type { Millis } from '../../stream/time.ts';
import { hours } from '../../stream/time.ts';
import type { Caller } from './auth/caller.ts';
import type { Answer } from './endpoint.ts';
import { InvalidRequest, RequestRefused } from './errors.ts';

/** Keys whose answers are kept, the newest of them, and how long. */
export const mostKeys = 4_096;
export const horizon_ms = hours(1);

const form = /^[\w.:-]{1,128}$/;

/** The key was used before, for something else. */
export class KeyReused extends RequestRefused {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
  readonly status = 422;
  constructor() {
    super('This Idempotency-Key was sent with another body', 'Use a new key for a new request, the old one to repeat');
  }
}

export interface Keyed {
  /** As it was sent; undefined where the request has none. */
  readonly key: string | undefined;
  readonly caller: Caller;
  readonly path: string;
  /** As the schema reads it: the same request has the same. */
  readonly body: unknown;
}

interface Entry {
  readonly digest: string;
  readonly at: Millis;
  readonly answer: Promise<Answer>;
}

/** @throws {InvalidRequest} for what is no key */
export function checkKey(key: string): void {
  if (!form.test(key))
    throw new InvalidRequest('Idempotency-Key: up to 128 letters, digits, . : _ -', 'See /openapi.json');
}

/** The key as the caller's own, at this path, and a hash of the body. @throws {InvalidRequest} for what is no key */
export function keyedRequest({ key, caller, path, body }: Keyed & { readonly key: string }) {
  checkKey(key);
  const { role, tenant, userId = '' } = caller;
  const scope = JSON.stringify([tenant, role, userId, path, key]);
  return { scope, digest: hash('sha256', JSON.stringify(body), 'base64url') };
}

/** The ids of a request's events, by their place in it; undefined without a key. */
export type EventIds = (place: number) => string | undefined;

/**
 * Answers are remembered in memory. Where one is not any more (another process, a restart, the horizon), the repetition
 * is taken again, and downstream drops it: its events have the ids of the first time, which come from caller, key and
 * body. Another body has other ids, so that nothing new is taken for a repetition.
 */
export class Idempotency {
  readonly #clock: { now(): Millis };
  readonly #entries = new Map<string, Entry>();

  constructor(clock: { now(): Millis }) {
    this.#clock = clock;
  }

  /** @throws {KeyReused} {InvalidRequest} for what is no key */
  async once({ key, caller, path, body }: Keyed, run: (eventIds: EventIds) => Promise<Answer>): Promise<Answer> {
    if (key === undefined) return run(() => undefined);
    const { scope, digest } = keyedRequest({ key, caller, path, body });
    const known = this.#known(scope);
    if (known !== undefined && known.digest !== digest) throw new KeyReused();
    if (known !== undefined) return known.answer;
    const ids = hash('sha256', JSON.stringify([scope, digest]), 'base64url');
    const answer = run(place => `key-${ids}-${place}`);
    this.#makeRoom();
    this.#entries.set(scope, { digest, at: this.#clock.now(), answer });
    try {
      return await answer;
    } catch (error) {
      // Nothing was promised: whoever repeats it may succeed.
      this.#entries.delete(scope);
      throw error;
    }
  }

  #known(scope: string): Entry | undefined {
    const entry = this.#entries.get(scope);
    if (entry === undefined || this.#clock.now() - entry.at < horizon_ms) return entry;
    this.#entries.delete(scope);
    return undefined;
  }

  /** The oldest go: entries stand in the order in which they came. */
  #makeRoom(): void {
    for (const scope of this.#entries.keys()) {
      if (this.#entries.size < mostKeys) return;
      this.#entries.delete(scope);
    }
  }
}
