/**
 * Who may do something for a while: one document each, taken, kept and given back by its etag, so that of any two who
 * want it at the same time one gets it. A lease that nobody keeps expires. What its owner does meanwhile is guarded by
 * the fence, which grows with each owner: whoever was stopped for too long finds a greater one and stops.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConditionFailed, type DocumentKey, type Documents, type JsonObject } from '../../documents/port.ts';
import { MillraceError } from '../../errors.ts';
import type { Millis } from '../../stream/time.ts';

/** A lease as it stands; `state` is what its owner keeps in it. */
export interface Lease<S> {
  readonly name: string;
  /** Null where it was given back. */
  readonly owner: string | null;
  readonly fence: number;
  readonly expiresAt: Millis;
  /**
   * Until then one of those who had it before may still do something under it: it was taken from one who lived. Whoever
   * has it next inherits that, however its owners end.
   */
  readonly quietFrom: Millis;
  readonly state: S;
  readonly etag: string;
}

/** Somebody else has taken it: what was being done under it must not go on. */
export class LeaseLost extends MillraceError {
  readonly code = 'LEASE_LOST';
  constructor(name: string, owner: string) {
    super(`The lease '${name}' of ${owner} was taken by another process`, 'Read it again: nothing done so far is lost');
  }
}

export interface LeaseOptions<S> {
  readonly documents: Pick<Documents, 'get' | 'put' | 'list'>;
  readonly clock: { now(): Millis };
  /** Leases of one kind: the partition of their documents. */
  readonly feed: string;
  /** Who takes them: unlike any other process's. */
  readonly owner: string;
  /** How long one is kept that its owner says nothing about. */
  readonly duration: Millis;
  readonly state: z.ZodType<S>;
  /** What a lease begins with that nobody has held. */
  readonly first: S;
}

/** Leases that one request lists; a feed has as many as it has ranges. */
const mostLeases = 1_000;

export class Leases<S extends JsonObject> {
  readonly #options: LeaseOptions<S>;
  readonly #body: z.ZodType<Omit<Lease<S>, 'etag'>>;

  constructor(options: LeaseOptions<S>) {
    this.#options = options;
    this.#body = z.object({
      name: z.string(),
      owner: z.string().nullable(),
      fence: z.int(),
      expiresAt: z.number(),
      quietFrom: z.number().default(0),
      state: options.state,
    });
  }

  get owner(): string {
    return this.#options.owner;
  }

  /** All that were ever taken. */
  async all(): Promise<readonly Lease<S>[]> {
    const { documents, feed } = this.#options;
    const found = await documents.list({ collection, partition: feed, limit: mostLeases });
    return found.map(({ body, etag }) => ({ ...this.#body.parse(body), etag }));
  }

  async find(name: string): Promise<Lease<S> | undefined> {
    const found = await this.#options.documents.get(this.#keyOf(name));
    return found && { ...this.#body.parse(found.body), etag: found.etag };
  }

  isFree({ owner, expiresAt }: Pick<Lease<S>, 'owner' | 'expiresAt'>): boolean {
    return owner === null || expiresAt <= this.#options.clock.now();
  }

  /** Less than a third of its time is left: whoever is about to do something under it keeps it before. */
  isShort({ expiresAt }: Pick<Lease<S>, 'expiresAt'>): boolean {
    const { clock, duration } = this.#options;
    return expiresAt - clock.now() < duration / 3;
  }

  /**
   * Takes it as it was found, absent where nobody ever held it, whoever holds it now: whom to take one from is decided
   * by the caller.
   * @throws {LeaseLost} where somebody was quicker
   */
  async take(name: string, found: Lease<S> | undefined): Promise<Lease<S>> {
    const { owner, clock, duration, first } = this.#options;
    const now = clock.now();
    // Also greater than the fences of leases that were removed by hand.
    const fence = Math.max((found?.fence ?? 0) + 1, Math.floor(now));
    const quietFrom = Math.max(found?.quietFrom ?? 0, found?.expiresAt ?? 0);
    return this.#write(found, {
      name,
      owner,
      fence,
      expiresAt: now + duration,
      quietFrom,
      state: found?.state ?? first,
    });
  }

  /** Makes one that nobody holds yet, and that begins so, in the place of `before`; one that is there already stays as it is. */
  async open(name: string, state: S, before: Pick<Lease<S>, 'fence' | 'quietFrom'>): Promise<void> {
    const { clock } = this.#options;
    try {
      await this.#write(undefined, {
        name,
        owner: null,
        // Whoever takes it has a greater one than whoever had `before`, also by a clock that was fast.
        fence: Math.max(before.fence, Math.floor(clock.now())),
        expiresAt: clock.now(),
        quietFrom: before.quietFrom,
        state,
      });
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    }
  }

  /** Keeps it for another while, and what it holds with it. @throws {LeaseLost} */
  async keep(lease: Lease<S>, state: S = lease.state): Promise<Lease<S>> {
    const { clock, duration } = this.#options;
    const { name, owner, fence, quietFrom } = lease;
    return this.#write(lease, { name, owner, fence, expiresAt: clock.now() + duration, quietFrom, state });
  }

  /** Gives it back, for anybody to take at once; what it holds stays. Does nothing where somebody else has it by now. */
  async release({ etag, ...lease }: Lease<S>): Promise<void> {
    try {
      await this.#write({ ...lease, etag }, { ...lease, owner: null, expiresAt: this.#options.clock.now() });
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    }
  }

  async #write(before: Lease<S> | undefined, body: Omit<Lease<S>, 'etag'>): Promise<Lease<S>> {
    const { documents, owner } = this.#options;
    const wanted: JsonObject = { ...body };
    const condition = before === undefined ? 'absent' : { etag: before.etag };
    try {
      return { ...body, etag: await documents.put(this.#keyOf(body.name), wanted, condition) };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      // A write that was carried out and whose answer was lost is tried again, and finds itself.
      const found = await this.find(body.name);
      if (found === undefined || !isSame(found, body)) throw new LeaseLost(body.name, owner);
      return found;
    }
  }

  #keyOf(name: string): DocumentKey {
    return { collection, partition: this.#options.feed, id: documentId(name) };
  }
}

const collection = 'leases';

const isSame = <S>(found: Lease<S>, body: Omit<Lease<S>, 'etag'>): boolean =>
  found.owner === body.owner &&
  found.fence === body.fence &&
  JSON.stringify(found.state) === JSON.stringify(body.state);

/** Ranges of a feed are named by its store, in letters that no document's id may have. */
const documentId = (name: string): string =>
  /^[\w.-]{1,100}$/.test(name) ? name : createHash('sha256').update(name).digest('base64url');
