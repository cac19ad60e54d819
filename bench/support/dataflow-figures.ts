import { z } from 'zod';

/** What one run of the whole dataflow says of itself. */
export const DataflowFigures = z.strictObject({
  /** From a backlog to the lists of all users. */
  seconds: z.number(),
  /** Opening the engine again on what the backlog left. */
  restartSeconds: z.number(),
  /** Milliseconds from a live rating to its user's changed documents. */
  p50: z.number(),
  p99: z.number(),
  worst: z.number(),
  /** In MiB, at the end. */
  heap: z.number(),
  rss: z.number(),
});
export type DataflowFigures = z.infer<typeof DataflowFigures>;
