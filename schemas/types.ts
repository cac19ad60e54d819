// Generated from the .avsc files beside it: change those, then run `node scripts/schemas.ts generate`.
/* oxlint-disable max-lines -- generated */
import { schema } from '../src/stream/schema.ts';
import type { Cut, ReadSpan } from '../src/stream/cut.ts';
import type { Millis } from '../src/stream/time.ts';

/** A list that was shown to somebody: what experiments and off-policy evaluation need. */
export interface Exposure {
  /** Unique to the event: sent twice, it counts once. */
  readonly eventId: string;
  /** The shop or site it belongs to; empty where there is only one. */
  readonly tenant: string;
  /** Who saw it; empty while only the session is known. */
  readonly userId: string;
  /** The session of a user who was not signed in; empty otherwise. */
  readonly sessionId: string;
  /** Which list was shown. */
  readonly listId: string;
  /** Where on the page it was shown. */
  readonly slot: string;
  /** The items that were visible, in order. */
  readonly items: readonly string[];
  /** Which policy chose it: the arm of an experiment. */
  readonly policy: string;
  /** Probability with which the policy chose it, above 0 and at most 1. */
  readonly propensity: number;
  /** For each visible item the probability with which the policy puts it where it was shown; empty where only that of the list is known. */
  readonly propensities: readonly number[];
  /** Generation of the model behind it. */
  readonly generation: number;
  /** Number of the model version behind it. */
  readonly number: number;
  /** When it was shown; milliseconds since 1970. */
  readonly time: Millis;
}

/** The ratings of one item in one window of event time. The mean is sum / count. */
export interface ItemTrend {
  /** The item rated. */
  readonly itemId: string;
  /** Name of the kind of window, for instance hourly. */
  readonly window: string;
  /** First instant of the window; milliseconds since 1970. */
  readonly start: Millis;
  /** First instant after the window; milliseconds since 1970. */
  readonly end: Millis;
  /** Number of ratings in the window. */
  readonly count: number;
  /** Sum of their values. */
  readonly sum: number;
  /** Event time of the newest rating in it; milliseconds since 1970. */
  readonly time: Millis;
}

/** The factors of the same item in the generation that an experiment compares with the live one. */
export interface CandidateFactors {
  /** The generation of the candidate; its factors meet only users of the same generation. */
  readonly generation: number;
  /** The factors as signed 16-bit integers, little endian. */
  readonly factors: Buffer;
  /** Exponent of the grid on which they lie. */
  readonly exponent: number;
}

/** The factors of one item as of a model version; one that no model version names is ignored. */
export interface ItemVector {
  /** Identity of the item. */
  readonly id: string;
  /** Generation of the model; factors of two generations never meet. */
  readonly generation: number;
  /** Number of the model version within its generation. */
  readonly number: number;
  /** The factors as signed 16-bit integers, little endian; a factor is its integer times 2^-exponent. */
  readonly factors: Buffer;
  /** Exponent of the grid on which the factors lie. */
  readonly exponent: number;
  /** The factors of the model of the stars, in the same form; empty where there is none. */
  readonly starFactors: Buffer;
  /** Exponent of the grid on which the star factors lie. */
  readonly starExponent: number;
  /** The factors in the candidate generation; null while there is no experiment. */
  readonly candidate: CandidateFactors | null;
  /** How far ratings of this item lie above the mean of all, in stars. */
  readonly bias: number;
  /** Number of events the factors were learnt from. */
  readonly events: number;
  /** Event time of the newest of them; milliseconds since 1970. */
  readonly time: Millis;
}

/** Something that can be recommended, as the catalogue describes it. */
export interface Item {
  /** Identity of the item. */
  readonly itemId: string;
  /** The shop or site whose catalogue it is in; empty where there is only one. */
  readonly tenant: string;
  /** What people call it. */
  readonly title: string;
  /** The kinds it belongs to. */
  readonly genres: readonly string[];
  /** Words that users gave it. */
  readonly tags: readonly string[];
  /** Whether it may be recommended now. */
  readonly available: boolean;
  /** When the catalogue changed; milliseconds since 1970. */
  readonly time: Millis;
}

/** What training was told; fixed within a generation. */
export interface HyperParameters {
  /** Number of factors of a vector (k). */
  readonly factors: number;
  /** Weight of the penalty on the size of factors. */
  readonly regularisation: number;
  /** Confidence in the absence of an event, relative to a weight of one. */
  readonly unobservedWeight: number;
  /** Identity of the table that turns events into preference and confidence. */
  readonly weights: string;
  /** Exponent of the grid of user factors. */
  readonly userExponent: number;
  /** Exponent of the grid of item factors. */
  readonly itemExponent: number;
}

/** A second generation, served to a share of the users to be compared with the live one. */
export interface CandidateModel {
  /** Its generation. */
  readonly generation: number;
  /** Share of the users, by hash, that are served from it. */
  readonly share: number;
  /** Hash over its generation, number and vectors. */
  readonly hash: string;
  /** What its training was told. */
  readonly hyperParameters: HyperParameters;
}

/** What a version is to one of several tenants: counted by its own events alone. */
export interface TenantVersion {
  /** Name of the tenant; empty for what is of none. */
  readonly tenant: string;
  /** Raised by every published state in which something of the tenant changed, within the generation. */
  readonly number: number;
  /** Event time of the tenant's newest event learnt; milliseconds since 1970, 0 before the first. */
  readonly time: Millis;
  /** Mean of all ratings of the tenant, in stars: what its biases are added to. */
  readonly meanStars: number;
}

/** Errors on events that were predicted before they were learnt, summed over the generation. */
export interface Prequential {
  /** Number of events predicted. */
  readonly records: number;
  /** Sum of squared errors, in square stars. */
  readonly squaredErrorSum: number;
  /** Sum of absolute errors, in stars. */
  readonly absoluteErrorSum: number;
  /** Events predicted whose user and item had both been known. */
  readonly warmRecords: number;
  /** Sum of squared errors of those, in square stars. */
  readonly warmSquaredErrorSum: number;
  /** Sum of absolute errors of those, in stars. */
  readonly warmAbsoluteErrorSum: number;
  /** Root of the mean squared error, in stars; null before the first prediction. */
  readonly rmse: number | null;
  /** Mean absolute error, in stars; null before the first prediction. */
  readonly mae: number | null;
}

/** One published state of the model: with it come exactly the vectors of its cut. */
export interface ModelVersion {
  /** Raised by every whole retraining. */
  readonly generation: number;
  /** Raised by every published state within the generation. */
  readonly number: number;
  /** Why the generation was begun: first, schedule, command, drift, growth, saturation, erasure, settings or rollback; empty in records of earlier releases. */
  readonly cause: string;
  /** Hash of the state before; empty for the first of a generation. */
  readonly parentHash: string;
  /** Hash over generation, number and all vectors in order of their ids. */
  readonly hash: string;
  /** Seed of the first values of all factors. */
  readonly seed: number;
  /** What training was told. */
  readonly hyperParameters: HyperParameters;
  /** The candidate of an experiment; null where there is none. */
  readonly candidate: CandidateModel | null;
  /** The epoch that published it: the vectors to apply, and what had been read by then. */
  readonly cut: Cut;
  /** The ratings learnt since the generation began, as an end for each partition. */
  readonly learnt: readonly ReadSpan[];
  /** Mean of all ratings learnt, in stars: what biases are added to. */
  readonly meanStars: number;
  /** The items that most users like, most first; empty in records of earlier releases. */
  readonly popular: readonly string[];
  /** What is served to whoever has no list, best first: most rated in the newest hour, then in the newest day, then liked by most; empty in records of earlier releases. */
  readonly fallback: readonly string[];
  /** The tenants of which anything is known, by name; empty where there are none, and in records of earlier releases: then number and time are everybody's. */
  readonly tenants: readonly TenantVersion[];
  /** How well it predicted what came next. */
  readonly prequential: Prequential;
  /** Name of a snapshot of all vectors as of this version, where a reader without state begins; null where there is none. */
  readonly snapshot: string | null;
  /** Event time of the newest rating learnt; milliseconds since 1970. */
  readonly time: Millis;
}

/** What happened. An alias merges the session into the user, an erasure removes all of the user. */
export type EventKind = 'rating' | 'order' | 'view' | 'return' | 'alias' | 'erase';

/** What a user did with an item: a rating, or an order, view or return that says as much; or a note about the user. */
export interface Rating {
  /** Unique to the event: sent twice, it counts once. */
  readonly eventId: string;
  /** The shop or site it belongs to; empty where there is only one. */
  readonly tenant: string;
  /** Who did it; empty while only the session is known. */
  readonly userId: string;
  /** The session of a user who was not signed in; empty otherwise. */
  readonly sessionId: string;
  /** What it was done with; empty for an alias and an erasure. */
  readonly itemId: string;
  /** What happened. */
  readonly kind: EventKind;
  /** Stars of a rating, 0 where one is deleted; quantity of an order or return, 1 of a view; 0 where there is nothing to measure. */
  readonly value: number;
  /** When it happened; milliseconds since 1970. */
  readonly time: Millis;
}

/** Why something is recommended: by the user's own vector, by likeness to what the user liked, by current trend, by overall popularity. */
export type Reason = 'personal' | 'similar' | 'trending' | 'popular';

/** An item of a list. */
export interface RecommendedItem {
  /** The item. */
  readonly itemId: string;
  /** How well it fits; comparable within a list only. */
  readonly score: number;
  /** Why this item. */
  readonly reason: Reason;
}

/** The list for one user as of one model version, best first; serving picks from it. */
export interface Recommendation {
  /** Whom it is for. */
  readonly userId: string;
  /** Why these items: that of most of the list. */
  readonly reason: Reason;
  /** Which arm of an experiment made it: live or candidate. */
  readonly policy: string;
  /** Generation of the model it was made with. */
  readonly generation: number;
  /** Number of the model version it was made with. */
  readonly number: number;
  /** Event time of that model version; milliseconds since 1970. */
  readonly time: Millis;
  /** Distance between the scores of the tenth and the eleventh item: what vectors must move to change the top ten. */
  readonly margin: number;
  /** The items, best first. */
  readonly items: readonly RecommendedItem[];
}

/** Something that a session did before it became this user. */
export interface TakenEvent {
  /** The item. */
  readonly itemId: string;
  /** What was done: rating, order, view or return. */
  readonly kind: string;
  /** Stars of a rating, quantity of an order. */
  readonly value: number;
  /** When it was done; milliseconds since 1970. */
  readonly time: Millis;
}

/** The factors of one user as of a model version; one that no model version names is ignored. */
export interface UserVector {
  /** Identity of the user. */
  readonly id: string;
  /** Generation of the model; factors of two generations never meet. */
  readonly generation: number;
  /** Number of the model version within its generation. */
  readonly number: number;
  /** The factors as signed 16-bit integers, little endian; a factor is its integer times 2^-exponent. */
  readonly factors: Buffer;
  /** Exponent of the grid on which the factors lie. */
  readonly exponent: number;
  /** The factors of the model of the stars, in the same form; empty where there is none. */
  readonly starFactors: Buffer;
  /** Exponent of the grid on which the star factors lie. */
  readonly starExponent: number;
  /** How far ratings of this user lie above the mean of all, in stars. */
  readonly bias: number;
  /** Number of events the factors were learnt from. */
  readonly events: number;
  /** Whether the user is no more: erased, or a session that became a user. Whatever is kept of the user goes. */
  readonly gone: boolean;
  /** What aliases have made the user's own with this version; the events themselves lie in the partition of the session. */
  readonly taken: readonly TakenEvent[];
  /** Event time of the newest of them; milliseconds since 1970. */
  readonly time: Millis;
}

/** schemas/exposure.avsc */
export const exposureSchema = schema<Exposure>({
  type: 'record',
  name: 'Exposure',
  namespace: 'millrace',
  doc: 'A list that was shown to somebody: what experiments and off-policy evaluation need.',
  fields: [
    { name: 'eventId', type: 'string', doc: 'Unique to the event: sent twice, it counts once.' },
    {
      name: 'tenant',
      type: 'string',
      doc: 'The shop or site it belongs to; empty where there is only one.',
      default: '',
    },
    { name: 'userId', type: 'string', doc: 'Who saw it; empty while only the session is known.' },
    {
      name: 'sessionId',
      type: 'string',
      doc: 'The session of a user who was not signed in; empty otherwise.',
      default: '',
    },
    { name: 'listId', type: 'string', doc: 'Which list was shown.' },
    { name: 'slot', type: 'string', doc: 'Where on the page it was shown.' },
    {
      name: 'items',
      type: { type: 'array', items: 'string' },
      doc: 'The items that were visible, in order.',
      default: [],
    },
    { name: 'policy', type: 'string', doc: 'Which policy chose it: the arm of an experiment.' },
    { name: 'propensity', type: 'double', doc: 'Probability with which the policy chose it, above 0 and at most 1.' },
    {
      name: 'propensities',
      type: { type: 'array', items: 'double' },
      default: [],
      doc: 'For each visible item the probability with which the policy puts it where it was shown; empty where only that of the list is known.',
    },
    { name: 'generation', type: 'int', doc: 'Generation of the model behind it.' },
    { name: 'number', type: 'long', doc: 'Number of the model version behind it.' },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When it was shown; milliseconds since 1970.',
    },
  ],
});

/** schemas/item-trend.avsc */
export const itemTrendSchema = schema<ItemTrend>({
  type: 'record',
  name: 'ItemTrend',
  namespace: 'millrace',
  doc: 'The ratings of one item in one window of event time. The mean is sum / count.',
  fields: [
    { name: 'itemId', type: 'string', doc: 'The item rated.' },
    { name: 'window', type: 'string', doc: 'Name of the kind of window, for instance hourly.' },
    {
      name: 'start',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'First instant of the window; milliseconds since 1970.',
    },
    {
      name: 'end',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'First instant after the window; milliseconds since 1970.',
    },
    { name: 'count', type: 'long', doc: 'Number of ratings in the window.' },
    { name: 'sum', type: 'double', doc: 'Sum of their values.' },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'Event time of the newest rating in it; milliseconds since 1970.',
    },
  ],
});

/** schemas/item-vector.avsc */
export const itemVectorSchema = schema<ItemVector>({
  type: 'record',
  name: 'ItemVector',
  namespace: 'millrace',
  doc: 'The factors of one item as of a model version; one that no model version names is ignored.',
  fields: [
    { name: 'id', type: 'string', doc: 'Identity of the item.' },
    { name: 'generation', type: 'int', doc: 'Generation of the model; factors of two generations never meet.' },
    { name: 'number', type: 'long', doc: 'Number of the model version within its generation.' },
    {
      name: 'factors',
      type: 'bytes',
      doc: 'The factors as signed 16-bit integers, little endian; a factor is its integer times 2^-exponent.',
    },
    { name: 'exponent', type: 'int', doc: 'Exponent of the grid on which the factors lie.' },
    {
      name: 'starFactors',
      type: 'bytes',
      default: '',
      doc: 'The factors of the model of the stars, in the same form; empty where there is none.',
    },
    { name: 'starExponent', type: 'int', default: 0, doc: 'Exponent of the grid on which the star factors lie.' },
    {
      name: 'candidate',
      type: [
        'null',
        {
          type: 'record',
          name: 'CandidateFactors',
          doc: 'The factors of the same item in the generation that an experiment compares with the live one.',
          fields: [
            {
              name: 'generation',
              type: 'int',
              doc: 'The generation of the candidate; its factors meet only users of the same generation.',
            },
            { name: 'factors', type: 'bytes', doc: 'The factors as signed 16-bit integers, little endian.' },
            { name: 'exponent', type: 'int', doc: 'Exponent of the grid on which they lie.' },
          ],
        },
      ],
      default: null,
      doc: 'The factors in the candidate generation; null while there is no experiment.',
    },
    { name: 'bias', type: 'double', doc: 'How far ratings of this item lie above the mean of all, in stars.' },
    { name: 'events', type: 'long', doc: 'Number of events the factors were learnt from.' },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'Event time of the newest of them; milliseconds since 1970.',
    },
  ],
});

/** schemas/item.avsc */
export const itemSchema = schema<Item>({
  type: 'record',
  name: 'Item',
  namespace: 'millrace',
  doc: 'Something that can be recommended, as the catalogue describes it.',
  fields: [
    { name: 'itemId', type: 'string', doc: 'Identity of the item.' },
    {
      name: 'tenant',
      type: 'string',
      doc: 'The shop or site whose catalogue it is in; empty where there is only one.',
      default: '',
    },
    { name: 'title', type: 'string', doc: 'What people call it.' },
    { name: 'genres', type: { type: 'array', items: 'string' }, doc: 'The kinds it belongs to.', default: [] },
    { name: 'tags', type: { type: 'array', items: 'string' }, doc: 'Words that users gave it.', default: [] },
    { name: 'available', type: 'boolean', doc: 'Whether it may be recommended now.', default: true },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When the catalogue changed; milliseconds since 1970.',
    },
  ],
});

/** schemas/model-version.avsc */
export const modelVersionSchema = schema<ModelVersion>({
  type: 'record',
  name: 'ModelVersion',
  namespace: 'millrace',
  doc: 'One published state of the model: with it come exactly the vectors of its cut.',
  fields: [
    { name: 'generation', type: 'int', doc: 'Raised by every whole retraining.' },
    { name: 'number', type: 'long', doc: 'Raised by every published state within the generation.' },
    {
      name: 'cause',
      type: 'string',
      default: '',
      doc: 'Why the generation was begun: first, schedule, command, drift, growth, saturation, erasure, settings or rollback; empty in records of earlier releases.',
    },
    { name: 'parentHash', type: 'string', doc: 'Hash of the state before; empty for the first of a generation.' },
    { name: 'hash', type: 'string', doc: 'Hash over generation, number and all vectors in order of their ids.' },
    { name: 'seed', type: 'long', doc: 'Seed of the first values of all factors.' },
    {
      name: 'hyperParameters',
      type: {
        type: 'record',
        name: 'HyperParameters',
        doc: 'What training was told; fixed within a generation.',
        fields: [
          { name: 'factors', type: 'int', doc: 'Number of factors of a vector (k).' },
          { name: 'regularisation', type: 'double', doc: 'Weight of the penalty on the size of factors.' },
          {
            name: 'unobservedWeight',
            type: 'double',
            doc: 'Confidence in the absence of an event, relative to a weight of one.',
          },
          {
            name: 'weights',
            type: 'string',
            doc: 'Identity of the table that turns events into preference and confidence.',
          },
          { name: 'userExponent', type: 'int', doc: 'Exponent of the grid of user factors.' },
          { name: 'itemExponent', type: 'int', doc: 'Exponent of the grid of item factors.' },
        ],
      },
      doc: 'What training was told.',
    },
    {
      name: 'candidate',
      type: [
        'null',
        {
          type: 'record',
          name: 'CandidateModel',
          doc: 'A second generation, served to a share of the users to be compared with the live one.',
          fields: [
            { name: 'generation', type: 'int', doc: 'Its generation.' },
            { name: 'share', type: 'double', doc: 'Share of the users, by hash, that are served from it.' },
            { name: 'hash', type: 'string', doc: 'Hash over its generation, number and vectors.' },
            { name: 'hyperParameters', type: 'HyperParameters', doc: 'What its training was told.' },
          ],
        },
      ],
      default: null,
      doc: 'The candidate of an experiment; null where there is none.',
    },
    {
      name: 'cut',
      type: {
        type: 'record',
        name: 'Cut',
        doc: 'What one epoch of a task had read and wrote.',
        fields: [
          { name: 'producer', type: 'string', doc: 'The task that wrote.' },
          { name: 'lineage', type: 'long', doc: 'Raised when a task is reset or its partitions change.' },
          { name: 'epoch', type: 'long', doc: 'The epoch of the task.' },
          {
            name: 'read',
            type: {
              type: 'array',
              items: {
                type: 'record',
                name: 'ReadSpan',
                doc: 'A partition, read up to an offset.',
                fields: [
                  { name: 'stream', type: 'string', doc: 'Name of the stream.' },
                  { name: 'partition', type: 'int', doc: 'Number of the partition.' },
                  { name: 'end', type: 'long', doc: 'First offset that was not read.' },
                ],
              },
            },
            doc: 'How far each partition had been read.',
          },
          {
            name: 'wrote',
            type: {
              type: 'array',
              items: {
                type: 'record',
                name: 'WroteSpan',
                doc: "A span of the task's sequences in one partition.",
                fields: [
                  { name: 'stream', type: 'string', doc: 'Name of the stream.' },
                  { name: 'partition', type: 'int', doc: 'Number of the partition.' },
                  { name: 'notBefore', type: 'long', doc: 'No record of the span has a lower offset.' },
                  { name: 'first', type: 'long', doc: 'First sequence of the span.' },
                  { name: 'next', type: 'long', doc: 'First sequence after the span.' },
                ],
              },
            },
            doc: 'What was written to each partition.',
          },
        ],
      },
      doc: 'The epoch that published it: the vectors to apply, and what had been read by then.',
    },
    {
      name: 'learnt',
      type: { type: 'array', items: 'ReadSpan' },
      doc: 'The ratings learnt since the generation began, as an end for each partition.',
    },
    {
      name: 'meanStars',
      type: 'double',
      default: 0,
      doc: 'Mean of all ratings learnt, in stars: what biases are added to.',
    },
    {
      name: 'popular',
      type: { type: 'array', items: 'string' },
      default: [],
      doc: 'The items that most users like, most first; empty in records of earlier releases.',
    },
    {
      name: 'fallback',
      type: { type: 'array', items: 'string' },
      default: [],
      doc: 'What is served to whoever has no list, best first: most rated in the newest hour, then in the newest day, then liked by most; empty in records of earlier releases.',
    },
    {
      name: 'tenants',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'TenantVersion',
          doc: 'What a version is to one of several tenants: counted by its own events alone.',
          fields: [
            { name: 'tenant', type: 'string', doc: 'Name of the tenant; empty for what is of none.' },
            {
              name: 'number',
              type: 'long',
              doc: 'Raised by every published state in which something of the tenant changed, within the generation.',
            },
            {
              name: 'time',
              type: { type: 'long', logicalType: 'timestamp-millis' },
              doc: "Event time of the tenant's newest event learnt; milliseconds since 1970, 0 before the first.",
            },
            {
              name: 'meanStars',
              type: 'double',
              default: 0,
              doc: 'Mean of all ratings of the tenant, in stars: what its biases are added to.',
            },
          ],
        },
      },
      default: [],
      doc: "The tenants of which anything is known, by name; empty where there are none, and in records of earlier releases: then number and time are everybody's.",
    },
    {
      name: 'prequential',
      type: {
        type: 'record',
        name: 'Prequential',
        doc: 'Errors on events that were predicted before they were learnt, summed over the generation.',
        fields: [
          { name: 'records', type: 'long', doc: 'Number of events predicted.' },
          { name: 'squaredErrorSum', type: 'double', doc: 'Sum of squared errors, in square stars.' },
          { name: 'absoluteErrorSum', type: 'double', doc: 'Sum of absolute errors, in stars.' },
          {
            name: 'warmRecords',
            type: 'long',
            default: 0,
            doc: 'Events predicted whose user and item had both been known.',
          },
          {
            name: 'warmSquaredErrorSum',
            type: 'double',
            default: 0,
            doc: 'Sum of squared errors of those, in square stars.',
          },
          {
            name: 'warmAbsoluteErrorSum',
            type: 'double',
            default: 0,
            doc: 'Sum of absolute errors of those, in stars.',
          },
          {
            name: 'rmse',
            type: ['null', 'double'],
            doc: 'Root of the mean squared error, in stars; null before the first prediction.',
            default: null,
          },
          {
            name: 'mae',
            type: ['null', 'double'],
            doc: 'Mean absolute error, in stars; null before the first prediction.',
            default: null,
          },
        ],
      },
      doc: 'How well it predicted what came next.',
    },
    {
      name: 'snapshot',
      type: ['null', 'string'],
      doc: 'Name of a snapshot of all vectors as of this version, where a reader without state begins; null where there is none.',
      default: null,
    },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'Event time of the newest rating learnt; milliseconds since 1970.',
    },
  ],
});

/** schemas/rating.avsc */
export const ratingSchema = schema<Rating>({
  type: 'record',
  name: 'Rating',
  namespace: 'millrace',
  doc: 'What a user did with an item: a rating, or an order, view or return that says as much; or a note about the user.',
  fields: [
    { name: 'eventId', type: 'string', doc: 'Unique to the event: sent twice, it counts once.' },
    {
      name: 'tenant',
      type: 'string',
      doc: 'The shop or site it belongs to; empty where there is only one.',
      default: '',
    },
    { name: 'userId', type: 'string', doc: 'Who did it; empty while only the session is known.' },
    {
      name: 'sessionId',
      type: 'string',
      doc: 'The session of a user who was not signed in; empty otherwise.',
      default: '',
    },
    { name: 'itemId', type: 'string', doc: 'What it was done with; empty for an alias and an erasure.', default: '' },
    {
      name: 'kind',
      type: {
        type: 'enum',
        name: 'EventKind',
        doc: 'What happened. An alias merges the session into the user, an erasure removes all of the user.',
        symbols: ['rating', 'order', 'view', 'return', 'alias', 'erase'],
      },
      doc: 'What happened.',
    },
    {
      name: 'value',
      type: 'double',
      doc: 'Stars of a rating, 0 where one is deleted; quantity of an order or return, 1 of a view; 0 where there is nothing to measure.',
    },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When it happened; milliseconds since 1970.',
    },
  ],
});

/** schemas/recommendation.avsc */
export const recommendationSchema = schema<Recommendation>({
  type: 'record',
  name: 'Recommendation',
  namespace: 'millrace',
  doc: 'The list for one user as of one model version, best first; serving picks from it.',
  fields: [
    { name: 'userId', type: 'string', doc: 'Whom it is for.' },
    {
      name: 'reason',
      type: {
        type: 'enum',
        name: 'Reason',
        doc: "Why something is recommended: by the user's own vector, by likeness to what the user liked, by current trend, by overall popularity.",
        symbols: ['personal', 'similar', 'trending', 'popular'],
      },
      doc: 'Why these items: that of most of the list.',
    },
    { name: 'policy', type: 'string', default: 'live', doc: 'Which arm of an experiment made it: live or candidate.' },
    { name: 'generation', type: 'int', doc: 'Generation of the model it was made with.' },
    { name: 'number', type: 'long', doc: 'Number of the model version it was made with.' },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'Event time of that model version; milliseconds since 1970.',
    },
    {
      name: 'margin',
      type: 'double',
      doc: 'Distance between the scores of the tenth and the eleventh item: what vectors must move to change the top ten.',
    },
    {
      name: 'items',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'RecommendedItem',
          doc: 'An item of a list.',
          fields: [
            { name: 'itemId', type: 'string', doc: 'The item.' },
            { name: 'score', type: 'double', doc: 'How well it fits; comparable within a list only.' },
            { name: 'reason', type: 'Reason', doc: 'Why this item.' },
          ],
        },
      },
      doc: 'The items, best first.',
    },
  ],
});

/** schemas/user-vector.avsc */
export const userVectorSchema = schema<UserVector>({
  type: 'record',
  name: 'UserVector',
  namespace: 'millrace',
  doc: 'The factors of one user as of a model version; one that no model version names is ignored.',
  fields: [
    { name: 'id', type: 'string', doc: 'Identity of the user.' },
    { name: 'generation', type: 'int', doc: 'Generation of the model; factors of two generations never meet.' },
    { name: 'number', type: 'long', doc: 'Number of the model version within its generation.' },
    {
      name: 'factors',
      type: 'bytes',
      doc: 'The factors as signed 16-bit integers, little endian; a factor is its integer times 2^-exponent.',
    },
    { name: 'exponent', type: 'int', doc: 'Exponent of the grid on which the factors lie.' },
    {
      name: 'starFactors',
      type: 'bytes',
      default: '',
      doc: 'The factors of the model of the stars, in the same form; empty where there is none.',
    },
    { name: 'starExponent', type: 'int', default: 0, doc: 'Exponent of the grid on which the star factors lie.' },
    { name: 'bias', type: 'double', doc: 'How far ratings of this user lie above the mean of all, in stars.' },
    { name: 'events', type: 'long', doc: 'Number of events the factors were learnt from.' },
    {
      name: 'gone',
      type: 'boolean',
      default: false,
      doc: 'Whether the user is no more: erased, or a session that became a user. Whatever is kept of the user goes.',
    },
    {
      name: 'taken',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'TakenEvent',
          doc: 'Something that a session did before it became this user.',
          fields: [
            { name: 'itemId', type: 'string', doc: 'The item.' },
            { name: 'kind', type: 'string', doc: 'What was done: rating, order, view or return.' },
            { name: 'value', type: 'double', doc: 'Stars of a rating, quantity of an order.' },
            {
              name: 'time',
              type: { type: 'long', logicalType: 'timestamp-millis' },
              doc: 'When it was done; milliseconds since 1970.',
            },
          ],
        },
      },
      default: [],
      doc: "What aliases have made the user's own with this version; the events themselves lie in the partition of the session.",
    },
    {
      name: 'time',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'Event time of the newest of them; milliseconds since 1970.',
    },
  ],
});
