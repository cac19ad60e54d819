import { z } from 'zod';

const judged = z.object({ events: z.int(), places: z.array(z.int()) });

/** A document of `quality`, with its id as the task. */
export const TaskQualityDocument = z.strictObject({
  task: z.string(),
  generation: z.int(),
  number: z.int(),
  time: z.number(),
  seen: z.array(z.string()),
  judged: z.array(
    z.strictObject({
      policy: z.enum(['live', 'candidate', 'fallback']),
      generation: z.int(),
      all: judged,
      warm: judged,
    }),
  ),
  exposure: z.strictObject({
    users: z.int(),
    items: z.int(),
    events: z.int(),
    halvings: z.int(),
    counts: z.array(z.strictObject({ itemId: z.string(), exposures: z.int(), events: z.int() })),
  }),
});
