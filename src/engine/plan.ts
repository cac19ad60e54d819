/** The plan of an epoch: every decision that the log does not determine, written down before anything is emitted. */
import { z } from 'zod';
import { IncompatibleState } from './errors.ts';

const span = z.strictObject({
  stream: z.string(),
  partition: z.int(),
  from: z.int(),
  to: z.int(),
  /** Only these sequences of this producer are applied: set where another stream's cuts are the clock. */
  only: z.strictObject({ producer: z.string(), lineage: z.int(), first: z.int(), next: z.int() }).optional(),
});

const skip = z.strictObject({ stream: z.string(), partition: z.int(), offset: z.int(), reason: z.string() });

const plan = z.strictObject({
  epoch: z.int(),
  fence: z.int(),
  /** Which release has made it, and so may carry it out; unknown of those before it was written down. */
  release: z.string().optional(),
  /** Offsets to apply, in the order in which they are pushed. */
  spans: z.array(span),
  /** `stream/partition` of the inputs that are idle: they do not hold event time back. */
  idle: z.array(z.string()),
  /** The one reading of the wall clock that the epoch sees. */
  clock: z.number(),
  /** Whether what is read here reaches the end of every input, as far as that was known. */
  caughtUp: z.boolean(),
  /** Records that an operator fails on: they become dead letters instead. */
  skip: z.array(skip),
  /** End of the log of each output partition whose sequences a cut will name: `stream/partition` to offset. */
  notBefore: z.record(z.string(), z.int()),
  /** Asynchronous results by step, in order: they are not determined by the log either. */
  results: z.record(z.string(), z.array(z.string())),
  /** Of those, by place in the order, what has failed for good; absent where nothing has. */
  failures: z.record(z.string(), z.array(z.strictObject({ at: z.int(), reason: z.string() }))).optional(),
  /** The order in which results are told, of steps that go by it. */
  order: z.record(z.string(), z.array(z.int())).optional(),
  /** Signals by step, in order: taken first of all in the epoch. Absent in plans without any, as in all of 0.1.0. */
  signals: z.record(z.string(), z.array(z.string())).optional(),
});

export type Plan = z.infer<typeof plan>;
export type Span = z.infer<typeof span>;
export type Skip = z.infer<typeof skip>;

/** Whether the release of the task may carry it out. */
export const isOf = (task: { readonly release: string }, { release = task.release }: Pick<Plan, 'release'>): boolean =>
  release === task.release;

export const encodePlan = (value: Plan): string => JSON.stringify(value);

/** Reads a journalled plan; what is not one throws `IncompatibleState`. */
export function decodePlan(task: string, text: string): Plan {
  const parsed = plan.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new IncompatibleState(
    `The journal of ${task} holds a plan that this release cannot read: ${z.prettifyError(parsed.error)}`,
    'Run the release that wrote it, or backfill into a fresh namespace with `millrace replay --into`',
  );
}
