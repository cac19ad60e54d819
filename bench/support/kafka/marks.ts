/** What a contestant tells of itself while it runs: a line of JSON on its standard output. */
import { z } from 'zod';

/** `warm` once the records of the warm-up are through, `done` once all are. */
export const Mark = z.strictObject({
  at: z.enum(['warm', 'done']),
  records: z.int(),
  /** Milliseconds of a clock that only goes on. */
  clock: z.number(),
  /** Milliseconds of the processor that the process has had so far, in user and system. */
  cpu: z.number(),
});
export type Mark = z.infer<typeof Mark>;

export function mark(at: Mark['at'], records: number): void {
  const { user, system } = process.cpuUsage();
  const told: Mark = { at, records, clock: performance.now(), cpu: (user + system) / 1_000 };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

/** Counts records, tells once that the warm-up is over, and knows when there are no more to come. */
export class Progress {
  seen = 0;
  readonly #warmUp: number;
  readonly #records: number;
  #isWarm = false;

  constructor({ warmUp, records }: { readonly warmUp: number; readonly records: number }) {
    this.#warmUp = warmUp;
    this.#records = records;
  }

  /** So many more are through; whether all are. */
  add(records: number): boolean {
    return this.reach(this.seen + records);
  }

  /** So many are through by now; whether all are. */
  reach(seen: number): boolean {
    this.seen = seen;
    if (!this.#isWarm && seen >= this.#warmUp) {
      this.#isWarm = true;
      mark('warm', seen);
    }
    return seen >= this.#records;
  }
}
