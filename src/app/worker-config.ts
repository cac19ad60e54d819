/** Settings of where a process that runs tasks answers for them. */
import { z } from 'zod';

export const workerSection = z.strictObject({
  port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'Port on which `run` answers queries of the state of its tasks, probes and metrics, at `http.host`; 0 takes any. Where absent it listens nowhere. `start` answers at `port`.',
    ),
  address: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where the other processes reach this one, such as `http://10.0.0.7:8081`; where absent the address that it listens on. Their callers’ credentials are sent there: take https, or a network of your own.',
    ),
});
