/** A job that one process at a time does, wherever it is started: by a lease in the documents. */
import { z } from 'zod';
import type { Documents } from '../../documents/port.ts';
import type { Clock } from '../../engine/clock.ts';
import { MillraceError } from '../../errors.ts';
import { seconds } from '../../stream/time.ts';
import { type Lease, LeaseLost, Leases } from '../leases/lease.ts';

/** A process that dies while it does the job is waited for so long. */
export const jobLease = seconds(10);
const lookEvery = seconds(0.25);

/** Somebody else does the job at the moment. */
export class JobRunning extends MillraceError {
  readonly code = 'JOB_RUNNING';
  constructor(job: string, { owner, expiresAt }: Lease<object>) {
    const until = new Date(expiresAt).toISOString();
    super(
      `'${job}' is being done by ${owner ?? 'nobody'}`,
      `Wait for it, or start with --wait; if that process is dead, its turn ends at ${until}`,
    );
  }
}

export interface Alone {
  readonly documents: Pick<Documents, 'get' | 'put' | 'list'>;
  readonly clock: Clock;
  /** Unlike any other process's. */
  readonly owner: string;
  /** Whether to wait for who does it now; else that is an error. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
}

export interface Turn {
  /** Greater than that of everybody who did the job before. */
  readonly fence: number;
  /** @throws {LeaseLost} where the process slept through its turn, and another one has begun */
  readonly check: () => void;
}

/** Does the job in a turn of its own, which is kept until it ends. @throws {JobRunning} {LeaseLost} */
export async function alone<R>(job: string, asked: Alone, work: (turn: Turn) => Promise<R>): Promise<R> {
  const { documents, clock, owner } = asked;
  const options = { documents, clock, owner, feed: 'jobs', duration: jobLease, state: z.object({}), first: {} };
  const leases = new Leases<Record<string, never>>(options);
  const keeper = new Keeper(leases, await turnOf(job, leases, asked));
  const over = new AbortController();
  const keeping = keeper.keep(clock, over.signal);
  try {
    const result = await work({ fence: keeper.lease.fence, check: () => keeper.check() });
    keeper.check();
    return result;
  } finally {
    over.abort();
    await keeping;
    await leases.release(keeper.lease);
  }
}

type JobLease = Lease<Record<string, never>>;

async function turnOf(
  job: string,
  leases: Leases<Record<string, never>>,
  { wait, clock, signal }: Pick<Alone, 'wait' | 'clock' | 'signal'>,
): Promise<JobLease> {
  for (;;) {
    const found = await leases.find(job);
    try {
      if (found === undefined || leases.isFree(found)) return await leases.take(job, found);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      continue; // somebody was quicker: who, the next look tells
    }
    if (!wait || signal.aborted) throw new JobRunning(job, found);
    await clock.sleep(lookEvery, signal);
  }
}

class Keeper {
  readonly #leases: Leases<Record<string, never>>;
  #failure: Error | undefined;
  lease: JobLease;

  constructor(leases: Leases<Record<string, never>>, lease: JobLease) {
    this.#leases = leases;
    this.lease = lease;
  }

  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Never rejects: what goes wrong is told by `check`. */
  async keep(clock: Clock, over: AbortSignal): Promise<void> {
    await clock.sleep(jobLease / 3, over);
    while (!over.aborted && this.#failure === undefined) {
      await this.#keepOnce();
      await clock.sleep(jobLease / 3, over);
    }
  }

  async #keepOnce(): Promise<void> {
    try {
      this.lease = await this.#leases.keep(this.lease);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }
}
