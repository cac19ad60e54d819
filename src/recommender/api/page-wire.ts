/** What the pages ask and get; beside `wire.ts`, which is what shops do. */
import { z } from 'zod';
import { mostVersions } from './model-history.ts';
import { kinds } from './stored.ts';
import { id, mostListed, plain } from './wire.ts';

/** Characters of a search. */
const mostSearched = 200;
/** Things of a user in a profile, as its topology keeps them. */
const mostProfiled = 200;
/** Windows of an item in an answer. */
const mostWindows = 1_000;

const count = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const text = plain.max(mostSearched).default('');

export const search = z.strictObject({
  query: text.describe('What to look for; empty finds all'),
  n: count(mostListed, 20),
});
export const profileQuery = z.strictObject({ n: count(mostProfiled, 50) });
export const trendsQuery = z.strictObject({
  window: z.enum(['hourly', 'daily']).default('hourly'),
  n: count(mostListed, 10),
});
export const itemTrendsQuery = z.strictObject({ n: count(mostWindows, 60) });
export const historyQuery = z.strictObject({ n: count(mostVersions, 200) });
export const liveQuery = z.strictObject({ user: id.optional().describe('Whose list is watched') });

const item = z.object({ itemId: z.string(), title: z.string(), genres: z.array(z.string()) });
const mean = z.number().describe('Mean of the ratings, in stars');
const time = z.iso.datetime();

export const foundUsers = z.object({
  users: z
    .array(z.object({ userId: z.string(), events: z.int().min(0) }))
    .describe('In order of ids, numbers by value'),
  total: z.int().min(0).describe('Users that match'),
});
export const foundItems = z.object({
  items: z.array(item).describe('In order of titles'),
  total: z.int().min(0).describe('Items that match'),
});
export const profile = z.object({
  userId: z.string(),
  count: z.int().min(0).describe('Things in all'),
  items: z.array(item.extend({ kind: z.enum(kinds), value: z.number(), at: time })).describe('Newest first'),
  genres: z
    .array(z.object({ genre: z.string(), count: z.int(), mean: mean.nullable() }))
    .describe('Of the newest 200 things; most first'),
});
export const trends = z.object({
  window: z.enum(['hourly', 'daily']),
  start: time.nullable().describe('First instant of the newest window; null before the first'),
  end: time.nullable(),
  items: z.array(item.extend({ count: z.int(), mean })),
});
export const itemTrends = z.object({
  itemId: z.string(),
  title: z.string(),
  windows: z.array(z.object({ start: time, end: time, count: z.int(), mean })).describe('Days, oldest first'),
});

const standing = {
  version: z.string().describe('generation.number'),
  records: z.int().min(0).describe('Ratings predicted before they were learnt, so far'),
  rmse: z.number().nullable().describe('Root of the mean squared error of all of them, in stars'),
  recentRmse: z
    .number()
    .nullable()
    .describe('The same since the newest version with at least 100 ratings fewer; null where it is not known'),
};
export const modelHistory = z.object({
  versions: z.array(z.object({ ...standing, at: time.describe('Event time') })).describe('Oldest first'),
});

const number = z.int().min(0);
const part = z.number().min(0).max(1);
const figures = z.object({
  events: number.describe('Events that were judged by the list that stood when they came'),
  hitRate10: part.nullable().describe('Part of them whose item was among the first ten'),
  ndcg10: part.nullable(),
  reciprocalRank10: part.nullable(),
});
const predictedEvents = z.object({
  events: number,
  rmse: z.number().nullable().describe('Root of the mean squared error, in stars'),
});
const cumulative = z.array(part).nullable().describe('Within the first 1, 2 … 10 places');
const quality = z.object({
  modelVersion: z.string(),
  generation: z.object({
    number: z.int(),
    cause: z.string().describe('Why it was begun; empty where nobody told'),
    trainedAt: time.nullable().describe('When it was trained whole; null where it never was'),
    ageMs: z.number().min(0).nullable().describe('Milliseconds since then'),
    shadowGap: z.number().nullable().describe('Share by which its loss exceeds that of the last whole retraining'),
  }),
  counts: z.object({ users: z.int(), items: z.int() }).nullable(),
  predicted: z
    .object({ all: predictedEvents, warm: predictedEvents })
    .describe('Ratings predicted before they were learnt; warm where user and item had been known'),
  lists: z
    .object({
      all: figures,
      warm: figures,
      hitRates: z.object({ all: cumulative, warm: cumulative }),
      policies: z.array(z.object({ policy: z.string(), generation: z.int(), all: figures, warm: figures })),
    })
    .nullable(),
  held: z
    .object({
      users: number.describe('Users who have a list'),
      items: number.describe('Items of the model'),
      covered: z.number().describe('Items that are among the first ten of any list'),
      coverage10: part.nullable(),
      noveltyBits: z.number().nullable().describe('Mean of -log2 of the share of all events that a listed item has'),
      gini: z.number().nullable().describe('Of how often each item is listed: 0 all alike, towards 1 always the same'),
      sampled: part.describe('Part of the items that these figures are taken from'),
    })
    .nullable(),
});
export const modelQuality = z.object({ quality: quality.nullable().describe('Null before the first model version') });
/** Hours after a list at most in which an event counts for it. */
const mostHours = 24 * 30;
export const experimentQuery = z.strictObject({
  withinHours: count(mostHours, 24).describe('How long after a list an event counts for it'),
});
const followed = z.object({ shown: number, followed: number });
const attribution = { policy: z.string(), lists: followed, items: followed, users: followed };
const interval = { low: z.number(), high: z.number() };
export const experiment = z.object({
  isRunning: z.boolean(),
  since: time.nullable().describe('When the first of the lists was shown that are looked at'),
  withinHours: z.int(),
  arms: z.array(
    z.object({
      ...attribution,
      generation: z.int(),
      share: part.describe('Part of all users'),
      quality: z.object({ all: figures, warm: figures }).nullable(),
      predicted: z
        .object({ all: predictedEvents, warm: predictedEvents })
        .nullable()
        .describe('Ratings of its users since the experiment began, by its model; null while none runs'),
      userShare: part.nullable().describe('Part of its users who followed a list by a rating or an order'),
      userShareInterval: z.object(interval).nullable().describe('Where that lies at 95 % (Wilson)'),
    }),
  ),
  fallbacks: z.array(z.object(attribution)).describe('Lists that no arm made'),
  difference: z
    .object({ estimate: z.number(), ...interval })
    .nullable()
    .describe('What the candidate’s share of users has over the live one’s, at 95 % (Newcombe)'),
});
export const liveSample = z.object({
  at: time,
  eventsPerSecond: z.number().min(0).describe('Over the newest ten samples'),
  records: number.describe('Events from outside that have been read'),
  lag: number.describe('Records that all topologies together are behind'),
  lagMs: z
    .number()
    .min(0)
    .nullable()
    .describe('Milliseconds of event time that the latest task has not read; null where nobody can say'),
  tasks: z
    .array(
      z.object({
        task: z.string().describe('topology/partition'),
        behind: number.describe('Records that it has not read'),
        behindMs: z.number().min(0).nullable().describe('Milliseconds of event time, as `lagMs`'),
      }),
    )
    .describe('The 20 that are furthest behind'),
  epochs: number.nullable().describe('Since the process started; null where no engine runs in it'),
  deadLetters: number.nullable().describe('In the log'),
  waiting: z.string().nullable().describe('Why a task waits for a port'),
  freshness: z
    .object({ p50: z.number(), p99: z.number(), count: number })
    .nullable()
    .describe(
      "Milliseconds from an event's entering the log to the commit of the list it changed; over so many epochs",
    ),
  model: z.object(standing).nullable(),
});
export const liveList = z.object({
  userId: z.string(),
  modelVersion: z.string().nullable().describe('Of the list; null where there is none'),
});
export const liveEvents = z
  .string()
  .describe(
    'Events `sample` (data: LiveSample) each second and `list` (data: LiveList) when the list or profile changed',
  );
