/** What goes over the wire: the schemas that validate requests are those that `/openapi.json` shows. */
import { z } from 'zod';
import { mostExplained, mostReasons } from './explained.ts';
import { maxIdLength, maxListIdLength } from '../domain/validate.ts';
import { arms, kinds, reasons } from './stored.ts';
import { longestWait_ms } from './waiting.ts';

/** Bytes of a request's body at most. */
export const bodyLimit = 16 * 1024;
/** Items of a list at most. */
export const mostListed = 100;

/** Text on one line; a pattern, so that the description says it too. */
export const plain = z
  .string()
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'holds control characters')
  .refine(text => text.isWellFormed(), 'holds broken Unicode');

/** Of a user, an item or an event. */
export const id = plain.min(1).max(maxIdLength);

export const byId = z.strictObject({ id });
const n = z.coerce.number().int().min(1).max(mostListed).default(10);
/** Genres that one request may name. */
const mostGenres = 20;
/** Given once or several times: a query does not say whether it is a list. */
const asList = (given: unknown): unknown => (given === undefined ? [] : Array.isArray(given) ? given : [given]);
export const genres = z.array(id).max(mostGenres);
const genre = z
  .preprocess(asList, genres)
  .describe('Only items of one of these genres, whatever their case; repeat it for several');
const maxPerGenre = z.coerce
  .number()
  .int()
  .min(1)
  .max(mostListed)
  .optional()
  .describe('Items of a genre at most; an item of several counts for each');

export const oldListQuery = z.strictObject({ n });
export const listQuery = z.strictObject({ n, genre, maxPerGenre });
export const userListQuery = listQuery.extend({
  explain: z.coerce
    .number()
    .int()
    .min(0)
    .max(mostReasons)
    .default(0)
    .describe(`Things the user did that are told as reasons beside each of the first ${mostExplained} items`),
  after: z
    .string()
    .regex(/^\d{1,5}:\d{1,15}$/)
    .optional()
    .describe('`partition:offset` of an event of the user, as its write answered: waits until the list has learnt it'),
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(longestWait_ms)
    .default(2_000)
    .describe('With `after`: milliseconds to wait at most'),
  exclude: z
    .enum(['seen', 'bought', 'none'])
    .default('seen')
    .describe(
      "What stays out: 'seen' is what the policy calls seen; 'bought' also whatever the user ever ordered; 'none' is nothing, for what one buys again",
    ),
});
export const nothing = z.strictObject({});
export const byUserAndItem = z.strictObject({ id, itemId: id });
export const whyQuery = z.strictObject({
  n: z.coerce.number().int().min(1).max(mostListed).default(10).describe('Contributions that are listed'),
});

export const ratingBody = z
  .strictObject({
    userId: id.optional().describe('Who did it'),
    sessionId: id.optional().describe('In its place: the session of who is not signed in'),
    itemId: id,
    value: z.number().describe('Stars from 0.5 to 5 in halves; the quantity of an order or return; 1 of a view'),
    kind: z.enum(['rating', 'order', 'view', 'return']).default('rating'),
    eventId: id.optional().describe('Sent twice with one id, an event counts once; drawn where absent'),
    at: z.iso.datetime({ offset: true }).optional().describe('When it happened; now where absent'),
  })
  .refine(({ userId, sessionId }) => (userId === undefined) !== (sessionId === undefined), {
    path: ['userId'],
    message: 'give userId or sessionId, one of them',
  })
  // What the refinement asks, in the description's words.
  .meta({ oneOf: [{ required: ['userId'] }, { required: ['sessionId'] }] });

const bareItem = { itemId: z.string(), title: z.string(), genres: z.array(z.string()), score: z.number() };
export const bareList = z.array(z.object({ ...bareItem, reason: z.enum(reasons) }));
const did = z.object({ kind: z.enum(kinds), value: z.number(), at: z.iso.datetime() });
const shownItem = { itemId: z.string(), title: z.string(), genres: z.array(z.string()) };
const contribution = z.object({ ...shownItem, events: z.array(did), contribution: z.number() });
export const listedItem = z.object({
  ...bareItem,
  reason: z.enum([...reasons, 'new']).describe("'new' is tried out; its score is the number of its events so far"),
  explored: z.boolean().describe('Whether chance put it there'),
  propensity: z.number().gt(0).max(1).describe('Probability with which it stands at this place'),
  why: z
    .array(contribution)
    .optional()
    .describe('With `explain`, of the first items: what of all that the user did adds most to the score'),
});
export const envelope = z.object({
  items: z.array(listedItem),
  reason: z.enum(reasons).describe('Of what the list was begun with; each item says its own'),
  policy: z
    .enum([...arms, 'basket', 'similar', 'trending', 'popular'])
    .describe('What made the list: an arm of an experiment, else what `reason` names'),
  learnt: z.boolean().optional().describe('With `after`: whether the list has learnt that event'),
  listId: z.string().max(maxListIdLength).describe('Names the list where it is reported as shown; opaque'),
  modelVersion: z.string().nullable().describe('generation.number of the model; null where none is behind the list'),
  generatedAt: z.iso.datetime().nullable().describe('Event time as of which the list holds'),
  ageMs: z.number().min(0).nullable().describe('Milliseconds since then'),
  likeness: z
    .enum(['events', 'description'])
    .nullable()
    .describe(
      'Where `reason` is similar: by what was done with the item, or, where nothing was yet, by its genres and tags alone',
    ),
});
export const whyAnswer = z.object({
  ...shownItem,
  reason: z.enum(['personal', 'trending', 'popular']),
  modelVersion: z.string().nullable().describe('generation.number; null where none is behind the answer'),
  score: z.number().nullable().describe('By the published vectors, which lie on a grid; null unless personal'),
  sum: z.number().nullable().describe('Of all contributions: the score without rounding; null where it is not known'),
  count: z.int().min(0).describe('Items that contribute'),
  contributions: z
    .array(contribution)
    .describe('What the user did with each item, and what that adds to the score; the greatest first'),
  others: z
    .object({ ratings: z.number().nullable(), liked: z.number().nullable() })
    .describe('Unless personal: ratings in the newest window, or users who liked the item; null where not known'),
});
export const exposureBody = z
  .strictObject({
    listId: z.string().min(1).max(maxListIdLength).describe('As it was answered'),
    userId: id.optional().describe('Whose list it is, or who saw a list that is everybody’s'),
    sessionId: id.optional().describe('In its place: who saw it without being signed in'),
    slot: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .describe('Where on the page; letters, digits, - and _'),
    items: z.array(id).min(1).max(mostListed).describe('Ids of all items of the list, as they were answered'),
    visible: z.int().min(1).max(mostListed).optional().describe('How many of them, from the first, could be seen'),
    eventId: id.optional().describe('Reported twice, an exposure counts once; made of list, slot and reader if absent'),
    at: z.iso.datetime({ offset: true }).optional().describe('When it was shown; now where absent'),
  })
  .refine(({ userId, sessionId }) => (userId === undefined) !== (sessionId === undefined), {
    path: ['userId'],
    message: 'give userId or sessionId, one of them',
  })
  // What the refinement asks, in the description's words.
  .meta({ oneOf: [{ required: ['userId'] }, { required: ['sessionId'] }] });
export const accepted = z.object({
  eventId: z.string(),
  topic: z.string(),
  partition: z.int().min(0),
  offset: z.int().min(0),
});
export const health = z.object({ ok: z.boolean(), why: z.string().optional() });
/** RFC 9457, with a stable code for programs. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  /** Of the request, as the header `x-request-id` of the answer has it and the server's log. */
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;
