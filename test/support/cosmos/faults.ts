/** What goes wrong at the fixture: told from outside, drawn by a seed. */
import { z } from 'zod';

const share = z.number().min(0).max(1).default(1);
/** Requests that it befalls: all kinds where absent. */
const on = z.array(z.enum(['read', 'write', 'batch', 'bulk', 'query', 'feed', 'metadata'])).optional();
const times = z.int().min(1).optional();
/** Requests that are let through first. */
const skip = z.int().min(0).default(0);

export const faultSchema = z.discriminatedUnion('kind', [
  /** Answers a status in place of the work; `each` operation of a bulk request for itself. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.int(),
    substatus: z.int().default(0),
    retryAfterMs: z.int().optional(),
    each: z.boolean().default(false),
    share,
    on,
    skip,
    times,
  }),
  /** Ends the connection: before the work, or after it, so that its answer is lost. */
  z.strictObject({ kind: z.literal('reset'), after: z.boolean().default(false), share, on, skip, times }),
  /** Kills the fixture's process: before the work, or when it is durable and nobody was answered. */
  z.strictObject({ kind: z.literal('die'), after: z.boolean().default(false), share, on, skip, times }),
  /** Takes requests and never answers. */
  z.strictObject({ kind: z.literal('stall'), share, on, times }),
  z.strictObject({ kind: z.literal('slow'), ms: z.number(), share, on, times }),
  /** Replicas that have not seen the newest write of an item; a session that has is asked for by its token. */
  z.strictObject({ kind: z.literal('stale'), share, on, times }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type RequestKind = NonNullable<Fault['on']>[number];

export class Faults {
  #all: { fault: Fault; left: number; skip: number }[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  set(faults: readonly Fault[]): void {
    this.#all = faults.map(fault => ({
      fault,
      left: fault.times ?? Number.POSITIVE_INFINITY,
      skip: 'skip' in fault ? fault.skip : 0,
    }));
  }

  /** The fault of a kind that befalls this request, if any. */
  draw<K extends Fault['kind']>(
    kind: K,
    request: RequestKind,
    wish: (fault: Extract<Fault, { kind: K }>) => boolean = () => true,
  ): Extract<Fault, { kind: K }> | undefined {
    for (const each of this.#all) {
      const { fault } = each;
      if (!isKind(fault, kind) || !wish(fault) || each.left <= 0) continue;
      if (fault.on !== undefined && !fault.on.includes(request)) continue;
      if (each.skip-- > 0 || this.#next() >= fault.share) continue;
      each.left -= 1;
      return fault;
    }
    return undefined;
  }

  /** Mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}

const isKind = <K extends Fault['kind']>(fault: Fault, kind: K): fault is Extract<Fault, { kind: K }> =>
  fault.kind === kind;
