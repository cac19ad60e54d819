/** Settings of what a process says of itself on standard error. */
import { z } from 'zod';
import { userForms } from '../operations/logging/line.ts';
import { type Component, components, levels } from '../operations/logging/logger.ts';
import { secret } from './secret.ts';

const level = () => z.enum([...levels, 'silent']);
const levelOf = (component: Component) =>
  level().optional().describe(`Level of \`${component}\`, where not \`logging.level\`.`);

const ownLevels = z.strictObject({
  process: levelOf('process'),
  api: levelOf('api'),
  engine: levelOf('engine'),
  task: levelOf('task'),
  transport: levelOf('transport'),
  jobs: levelOf('jobs'),
} satisfies Record<Component, unknown>);

export const loggingSection = z.strictObject({
  format: z
    .enum(['auto', 'json', 'text'])
    .default('auto')
    .describe(
      'How the lines of `start`, `serve`, `run` and `replay` look: `json` for programs, `text` for people; `auto` is text on a terminal and JSON elsewhere.',
    ),
  level: level()
    .default('info')
    .describe(`The least urgent that is said. What each event is, [the log's events](LOG-EVENTS.md) say.`),
  levels: ownLevels.describe(`Parts with a level of their own: ${components.join(', ')}.`),
  requests: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'Share of the answered requests that `request.done` tells of; 1 is each. Refusals and failures are told in any case.',
    ),
  userIds: z
    .enum(userForms)
    .default('hashed')
    .describe(
      'How users stand in lines: hashed with `logging.userKey`, as they are (then lines of JSON quote records too), or not at all.',
    ),
  userKey: secret(
    z
      .string()
      .min(16)
      .max(1_000)
      .optional()
      .describe(
        'What users are hashed with, the same for all processes whose lines are to be put together; where absent it is drawn at the start.',
      ),
  ),
  limit: z.strictObject({
    lines: z.int().min(1).max(100_000).default(20).describe('Lines of the same event and code within a window.'),
    window_s: z
      .number()
      .min(1)
      .max(3_600)
      .default(10)
      .describe('Seconds of a window, after which `log.held-back` says how many more there would have been.'),
  }),
  buffer_bytes: z
    .int()
    .min(4_096)
    .max(2 ** 30)
    .default(1 << 20)
    .describe('Bytes of lines that wait for whoever reads standard error; what finds no room is dropped, and counted.'),
});
