import type { Skip } from './plan.ts';

/** An operator failed on a record: it will be skipped, and become a dead letter. Never leaves the engine. */
export class RecordFailed extends Error {
  readonly skip: Skip;
  constructor(skip: Skip, cause: unknown) {
    super(skip.reason, { cause });
    this.skip = skip;
  }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
