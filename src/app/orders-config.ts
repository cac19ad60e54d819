/** Settings of how orders come from the documents into the log. */
import { z } from 'zod';

export const ordersSection = z.strictObject({
  pollEvery_ms: z
    .int()
    .min(1)
    .max(600_000)
    .default(50)
    .describe(
      'How long the end of the change feed of orders is left alone before it is looked at again, in each of its ranges; embedded documents wake it before. On Cosmos DB each look costs about one request unit.',
    ),
  leaseFor_ms: z
    .int()
    .min(1_000)
    .max(600_000)
    .default(15_000)
    .describe('How long a range of that feed waits for a process that says nothing, before another one reads it on.'),
});
