/** What a contestant is told on its command line, as one JSON object. */
import { z } from 'zod';

export const Given = z.strictObject({
  brokers: z.string(),
  /** A name that no other run has: of a group, a task, a transaction. */
  run: z.string(),
  /** A folder of the contestant's own. */
  folder: z.string(),
  input: z.string(),
  /** The other side of a join; empty where there is none. */
  other: z.string(),
  /** Empty where nothing is written. */
  output: z.string(),
  /** How many there are to read, and how many of them nobody is measured by. */
  records: z.int(),
  warmUp: z.int(),
});
export type Given = z.infer<typeof Given>;

export const given = (): Given => Given.parse(JSON.parse(process.argv[2] ?? ''));
