/** Every setting there is: its type, its bounds, its default and what it means. Whoever wants another adds it here. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { ApplicationSettings } from './application.ts';
import { defaultSettings as model, kinds } from '../als/index.ts';
import { defaultLearner } from '../recommender/domain/learner.ts';
import { defaultLists } from '../recommender/domain/lists.ts';
import { isCron } from '../recommender/generations/schedule.ts';
import { authSection, httpSection } from './auth-config.ts';
import { blobSection } from './blob-config.ts';
import { cosmosSection } from './cosmos-config.ts';
import { kafkaSection } from './kafka-config.ts';
import { loggingSection } from './logging-config.ts';
import { ordersSection } from './orders-config.ts';
import { schemasSection } from './schemas-config.ts';
import { servingSection } from './serving-config.ts';
import { telemetrySection } from './telemetry-config.ts';
import { tenantsSection } from './tenants-config.ts';
import { workerSection } from './worker-config.ts';

const number = (least: number, most: number) => z.number().min(least).max(most);
const integer = (least: number, most: number) => z.int().min(least).max(most);
const largest = Number.MAX_SAFE_INTEGER;

const weightRule = z.strictObject({
  kind: z.enum(kinds).exclude(['return']),
  atLeast: z.number(),
  preference: z.literal([0, 1]),
  confidence: z.array(integer(0, 4_096)).readonly(),
});

const weights = z.strictObject({
  ageBounds_ms: z.array(z.number()).readonly(),
  rules: z.array(weightRule).readonly(),
});

const generationsSection = z.strictObject({
  growth: number(1, 1e6)
    .default(defaultLearner.growth)
    .describe('A new generation is trained once so many times the events of the live one have been learnt.'),
  automatic: z
    .boolean()
    .default(true)
    .describe(
      'Whether a process that goes on trains one by itself when the model has grown, when factors met the end of their grid and when other settings are configured. An erasure always calls for one.',
    ),
  schedule: z
    .string()
    .refine(isCron, 'it is no cron expression')
    .optional()
    .describe('When else one is trained, as a cron expression in UTC, such as `0 3 * * *`; where absent never.'),
  keep: integer(1, 1_000)
    .default(5)
    .describe('Generations whose files are kept, the live one included, to go back to.'),
  shadow: z.strictObject({
    everyEvents: integer(0, largest)
      .default(10_000)
      .describe(
        'Events learnt, and a tenth of the ratings at least, after which the live model is measured beside a retrain; 0 is never. It takes two copies of the model in memory, and is left out where `automatic` is off.',
      ),
    judgeEvents: integer(1, 100_000)
      .default(1_000)
      .describe('Events that judge both, those that come next; where they take more than a day it is given up.'),
  }),
  drift: number(0, 1e6)
    .default(0.01)
    .describe(
      'Share by which the live model may be worse than that retrain, in RMSE or nDCG@10, before a generation is trained for it; only what is no chance counts.',
    ),
});

const modelSection = z.strictObject({
  factors: integer(1, 128).default(model.factors).describe('Factors of a vector of the top-N model (k).'),
  regularisation: z.strictObject({
    strength: number(1e-6, 1e6)
      .default(model.regularisation.strength)
      .describe('How strongly factors are held at zero.'),
    frequencyExponent: z
      .literal([0, 0.5, 1])
      .default(model.regularisation.frequencyExponent)
      .describe('How much more so for rows of many events: strength times their number to this power.'),
  }),
  unobservedWeight: number(0, 1_000)
    .default(model.unobservedWeight)
    .describe('Confidence in the absence of an event, relative to a weight of one.'),
  gridExponent: z.strictObject({
    users: integer(4, 14).default(model.gridExponent.users).describe('User factors are integers times 2^-exponent.'),
    items: integer(4, 14).default(model.gridExponent.items).describe('Item factors are integers times 2^-exponent.'),
  }),
  weights: weights
    .default(model.weights)
    .describe(
      'How kind, value and age of an event become preference and confidence (in sixteenths, one for each age bucket); of the rules of a kind the one with the greatest `atLeast` that the value reaches counts.',
    ),
  refresh: z.strictObject({
    threshold: number(0, 1e9)
      .default(model.refresh.threshold)
      .describe("How far a row's neighbours move before it is solved again without an event, in steps of the grid."),
    rowsPerEvent: number(0, 1e6)
      .default(model.refresh.rowsPerEvent)
      .describe('Rows refreshed so with a cut, for each of its events; 0 refreshes none.'),
  }),
  heavy: z.strictObject({
    events: integer(1, 0x7fffffff)
      .default(model.heavy.events)
      .describe('From so many events on the exact sums of a user or item are kept from one solve to the next.'),
    cache_bytes: integer(0, 1e12)
      .default(model.heavy.cache_bytes)
      .describe('What these sums may take, of users and of items each; the model does not depend on it.'),
  }),
  explicit: z.strictObject({
    factors: integer(1, 127).default(model.explicit.factors).describe('Factors of a vector of the star model.'),
    regularisation: number(1e-6, 1e6)
      .default(model.explicit.regularisation)
      .describe('How strongly its factors are held at zero, for each event.'),
    biasRegularisation: number(1e-6, 1e6)
      .default(model.explicit.biasRegularisation)
      .describe('How strongly its biases are held at zero, for each event.'),
    prior: number(1e-6, 1e6)
      .default(model.explicit.prior)
      .describe('Events that every row is regularised as if it had besides its own.'),
  }),
  sweeps: integer(1, 1_000).default(model.sweeps).describe('Sweeps over users and items of a whole retraining.'),
  cutEvery: integer(1, largest)
    .default(defaultLearner.cutEvery)
    .describe('Events of a cut while there is a backlog; the same number gives the same model over any partitions.'),
  maxPending: integer(1, largest)
    .default(defaultLearner.maxPending)
    .describe('Events that may wait for the end of a backlog; beyond it they are learnt as they are.'),
  generations: generationsSection,
  threads: integer(1, 256)
    .optional()
    .describe('Threads that a generation is trained with; where absent all processors but one, and one at least.'),
});

/** The whole configuration. Groups are objects, everything else is a setting with a path of names joined by dots. */
export const configSchema = z.strictObject({
  data: z.string().min(1).default('.millrace').describe('Folder of log, state and documents of the embedded adapters.'),
  state: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the local checkpoints, one for each process that runs tasks; where absent that of `data`.'),
  namespace: z
    .string()
    .min(1)
    .optional()
    .describe('Namespace to work in; where absent the one that `millrace replay switch` has switched in, else `main`.'),
  transport: z
    .enum(['embedded', 'kafka'])
    .default('embedded')
    .describe('Where the log is: in the folder `data`, or at the brokers of `kafka`.'),
  kafka: kafkaSection,
  schemas: schemasSection,
  documents: z
    .enum(['sqlite', 'cosmos'])
    .default('sqlite')
    .describe('Where the served documents and the journals are: in the folder `data`, or in the account of `cosmos`.'),
  cosmos: cosmosSection,
  snapshots: z
    .enum(['directory', 'blob'])
    .default('directory')
    .describe(
      'Adapter of the snapshots: files below `data`, or Azure Blob Storage, from which any machine can take a task over.',
    ),
  blob: blobSection,
  standbys: integer(0, 16)
    .default(1)
    .describe(
      'Other processes that keep the state of each task warm, where several share the tasks; 0 is none, also for what this process is willing to do.',
    ),
  partitions: integer(1, 1_024)
    .optional()
    .describe('Partitions of topics that are not there yet; where absent as many as the others have, else 4.'),
  retention: z.strictObject({
    days: number(1e-5, 36_500)
      .optional()
      .describe(
        'Records of topics that are not there yet are removed after so many days; where absent they stay. Snapshots keep what was made of them.',
      ),
    bytes: integer(1 << 20, largest)
      .optional()
      .describe('Bytes of a partition of such topics, beyond which the oldest records are removed; where absent none.'),
  }),
  seed: integer(0, 0xffffffff)
    .default(model.seed)
    .describe('Of everything drawn by chance: first values of the model, divisions, invented and generated ratings.'),
  port: integer(0, 65_535).default(8_080).describe('Port that `start` and `serve` listen on; 0 takes any.'),
  http: httpSection,
  worker: workerSection,
  logging: loggingSection,
  auth: authSection,
  tenants: tenantsSection,
  generate: z.strictObject({
    rate: number(0, 1e6)
      .default(1)
      .describe(
        'Ratings a second of the live generator; 0 is none for `start`, and as fast as the log takes them for `generate --count`.',
      ),
  }),
  model: modelSection,
  lists: z.strictObject({
    candidates: integer(1, 1_000)
      .default(defaultLists.candidates)
      .describe('Items of a list; rules of serving may take some away.'),
    everyVersions: integer(1, 1e6)
      .default(defaultLists.everyVersions)
      .describe('A user of whom there is no news gets a new list every so many model versions.'),
    seen: z
      .array(z.enum(kinds))
      .default([...model.seen])
      .describe(
        'Kinds of events after which an item stays out of that user’s lists, of those that are scored and of those that are served. Another choice is refused where there are lists already, also by `serve` and `score`: `millrace replay` makes them anew.',
      ),
  }),
  serving: servingSection,
  orders: ordersSection,
  telemetry: telemetrySection,
  limits: z.strictObject({
    maxRecords: integer(1, 1e6).default(50_000).describe('Records of an epoch at most.'),
    budgetBytes: integer(1 << 20, largest)
      .default(1 << 28)
      .describe('Bytes that the epochs of all tasks of a process may hold together.'),
  }),
});

export type Config = z.infer<typeof configSchema>;

/** What the topologies of the recommender are made from; so does any module of `--app` that exports `topologiesWith`. */
export function applicationSettings({ seed, model: given, lists: { seen, ...lists } }: Config): ApplicationSettings {
  const { cutEvery, maxPending, generations, threads = Math.max(1, availableParallelism() - 1), ...settings } = given;
  const { growth } = generations;
  return {
    learner: { model: { ...settings, seed, seen }, cutEvery, maxPending, growth },
    lists,
    generations: { ...generations, threads },
  };
}
