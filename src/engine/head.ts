/** The head of a checkpoint, as it is stored: all of a task that is not keyed. */
import { z } from 'zod';
import { noTime } from './event-time.ts';

/** JSON has no infinity: no time yet is written as null, no time to wait for (`noTime`) as 'none'. */
const time = z.union([z.number(), z.null(), z.literal('none')]);
export type Time = z.infer<typeof time>;
export function written(value: number): Time {
  if (value === noTime) return 'none';
  return Number.isFinite(value) ? value : null;
}
export const readTime = (value: Time): number => (value === 'none' ? noTime : (value ?? -Infinity));

const inputs = z.record(
  z.string(),
  z.array(
    z.strictObject({
      partition: z.int(),
      from: z.int(),
      offset: z.int(),
      newest: time,
      activeAt: time,
      /** Checkpoints of 0.1.0 know no holes: it is the record before `offset`. */
      applied: z.int().optional(),
      fingerprint: z.int(),
      producers: z.record(z.string(), z.strictObject({ lineage: z.int(), sequence: z.int(), mark: time })),
    }),
  ),
);
const outputs = z.record(z.string(), z.array(z.strictObject({ sequence: z.int(), marked: time, markedAt: time })));

/** Streams of former releases: who reads or writes one of them again goes on where they stood. */
const retired = z.strictObject({ inputs, outputs });
export type Retired = z.infer<typeof retired>;

export const headSchema = z.strictObject({
  lineage: z.int(),
  /** Which release has written it, and of how many tasks it was one; unknown of those before 0.3.0. */
  release: z.string().optional(),
  tasks: z.int().optional(),
  clock: time,
  watermark: time,
  idle: z.array(z.string()),
  idleSince: z.number().nullable(),
  /** By name what the state of a step is: its kind, and what else has to be the same. */
  steps: z.record(z.string(), z.string()),
  /** Names of the keys by which steps keep their state that were given another one. */
  keys: z.record(z.string(), z.string()).optional(),
  inputs,
  outputs,
  retired: retired.optional(),
});
export type Head = z.infer<typeof headSchema>;
