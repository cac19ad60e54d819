/** Queries of state over the wire. */
import { z } from 'zod';
import { plain, problem } from './wire.ts';

export { problem };

/** A key of state may be longer than an id of the shop. */
const longestKey = 1_024;
const name = plain.min(1).max(200);

export const stateParams = z.strictObject({
  topology: name,
  step: name,
  key: z.string().min(1).max(longestKey),
});

export const stateQuery = z.strictObject({
  partition: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_023)
    .optional()
    .describe('The task to ask, for a step that keeps state by another key than that of its stream'),
  forwarded: z
    .literal('true')
    .optional()
    .describe('Set where a process asks the owner on: it answers itself, or with 503, and asks nobody further'),
});

export const stateOfKey = z.object({
  task: z.string(),
  step: z.string(),
  key: z.string(),
  epoch: z.int().describe('Which epoch of the task the answer is as of; 0 before the first'),
  fence: z.int().describe('Under which the task was owned by who answers'),
  watermark: z.number().nullable().describe('Event time that the task had reached, in milliseconds; null before any'),
  found: z.boolean(),
  value: z.unknown().describe('As the step keeps it; null where it keeps nothing of the key'),
});

export type StateOfKey = z.infer<typeof stateOfKey>;
