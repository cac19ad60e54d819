/** The documents that the API reads, as the topologies write them; `domain/documents.ts` is the other end. */
import { z } from 'zod';
import type { DocumentKey, Documents } from '../../documents/port.ts';
import { scoped } from '../domain/tenant.ts';
import { UnreadableDocument } from './errors.ts';
import { headOf } from './list-text.ts';

export const kinds = ['rating', 'order', 'view', 'return'] as const;
export const reasons = ['personal', 'similar', 'trending', 'popular'] as const;
/** The arms of an experiment. */
export const arms = ['live', 'candidate'] as const;

const list = z.object({
  reason: z.enum(reasons),
  // Lists of earlier releases name no policy: there was one.
  policy: z.enum(arms).default('live'),
  generation: z.int(),
  number: z.int(),
  time: z.number(),
  items: z.array(z.object({ itemId: z.string(), score: z.number(), reason: z.enum(reasons) })),
});
const board = z.object({
  start: z.number(),
  end: z.number(),
  items: z.array(z.object({ itemId: z.string(), count: z.number(), mean: z.number() })),
});
/** What the vectors of a generation were made with: what explains a score. */
const settings = z.object({
  regularisation: z.object({ strength: z.number(), frequencyExponent: z.literal([0, 0.5, 1]) }),
  unobservedWeight: z.number(),
  gridExponent: z.object({ users: z.int(), items: z.int() }),
  weights: z.object({
    ageBounds_ms: z.array(z.number()),
    rules: z.array(
      z.object({
        kind: z.enum(kinds).exclude(['return']),
        atLeast: z.number(),
        preference: z.literal([0, 1]),
        confidence: z.array(z.number()),
      }),
    ),
  }),
});
const sums = z.object({
  records: z.int(),
  squaredErrorSum: z.number(),
  warmRecords: z.int().default(0),
  warmSquaredErrorSum: z.number().default(0),
});
const model = z.object({
  generation: z.int(),
  number: z.int(),
  time: z.number(),
  cause: z.string().default(''),
  // Of the training behind the generation; empty and 0 where it was never trained whole.
  generationName: z.string().default(''),
  trainedAt: z.number().default(0),
  // Unknown of what earlier releases wrote.
  owesErasure: z.boolean().optional(),
  candidate: z
    .object({
      generation: z.int(),
      share: z.number(),
      settings: settings.optional(),
      // Of both models since it began, each with the users of its arm.
      judged: z.object({ live: sums, candidate: sums }).optional(),
    })
    .nullish(),
  settings: settings.optional(),
  meanStars: z.number().optional(),
  counts: z.object({ users: z.int(), items: z.int() }).optional(),
  prequential: sums.optional(),
  popular: z.array(z.object({ itemId: z.string(), score: z.number() })),
  // In the document of everybody, what the version is to whoever is of no tenant.
  own: z.object({ number: z.int(), time: z.number() }).optional(),
});
const item = z.object({ itemId: z.string(), title: z.string(), genres: z.array(z.string()), available: z.boolean() });
const profile = z.object({
  userId: z.string(),
  count: z.int(),
  // The version that it is of, and the digest of the list that goes with it; unknown of what earlier releases wrote.
  generation: z.int().optional(),
  number: z.int().optional(),
  list: z.string().nullish(),
  items: z.array(z.object({ itemId: z.string(), kind: z.enum(kinds), value: z.number(), time: z.number() })),
});
const history = z.object({
  items: z.array(
    z.object({
      itemId: z.string(),
      done: z.array(z.object({ kind: z.enum(kinds), value: z.number(), time: z.number() })),
    }),
  ),
});
const trend = z.object({ start: z.number(), end: z.number(), count: z.int(), sum: z.number() });
const factors = { factors: z.base64(), exponent: z.int() };
const itemVector = z.object({
  id: z.string(),
  generation: z.int(),
  ...factors,
  candidate: z
    .object({ generation: z.int(), ...factors })
    .nullable()
    .default(null),
  events: z.int().min(0),
});
const userVector = z.object({ id: z.string(), generation: z.int(), number: z.int(), ...factors });

/** Of the model that estimates stars. */
const stars = z.object({ generation: z.int(), starFactors: z.base64(), starExponent: z.int(), bias: z.number() });

export type StarsDocument = z.infer<typeof stars>;
export type ItemVectorDocument = z.infer<typeof itemVector>;
export type UserVectorDocument = z.infer<typeof userVector>;
/** Integers of 16 bits as base64, and the exponent of the grid on which they lie. */
export type FactorsDocument = Pick<UserVectorDocument, 'factors' | 'exponent'>;
export type ListDocument = z.infer<typeof list>;
export type ListDocumentItem = ListDocument['items'][number];
/** A list whose items are parsed as they are asked for. */
export interface OpenedList extends Omit<ListDocument, 'items'> {
  readonly items: Iterable<ListDocumentItem>;
}
export type ModelDocument = z.infer<typeof model>;
export type ItemDocument = z.infer<typeof item>;
export type ProfileDocument = z.infer<typeof profile>;
export type BoardDocument = z.infer<typeof board>;
export type TrendDocument = z.infer<typeof trend>;

/** All that somebody has done with an item: of each kind the newest. */
export type HistoryItemDocument = z.infer<typeof history>['items'][number];

/** Pages of a history that are read at most, each of 64 items: those of a user with 128,000 of them. */
const mostPages = 2_000;
/** Windows, and pages of a history, read at once. */
const pageSize = 1_000;
/** Ids of an item's windows of a day begin like this and sort by time. */
const daily = 'daily:';

/** Point reads; each answers undefined where there is no document, and throws `UnreadableDocument` for a broken one. */
export class Stored {
  readonly #documents: Pick<Documents, 'get' | 'text' | 'list' | 'isCurrent'>;

  constructor(documents: Pick<Documents, 'get' | 'text' | 'list' | 'isCurrent'>) {
    this.#documents = documents;
  }

  async listOf(user: string): Promise<ListDocument | undefined> {
    return this.#read(keyOfList(user), list);
  }

  /** With the etag of its document; where the store has it as text, only so many items are parsed before more are asked for. */
  async openedListOf(user: string, n: number): Promise<{ list: OpenedList; etag: string } | undefined> {
    const key = keyOfList(user);
    if (this.#documents.text === undefined) {
      const document = await this.#documents.get(key);
      return document && { list: readable(key, list, document.body), etag: document.etag };
    }
    const found = await this.#documents.text(key);
    return found && { list: opened(key, found.text, n), etag: found.etag };
  }

  /** Whether the list that has this etag is still the user's. */
  isListCurrent(user: string, etag: string): Promise<boolean> {
    return this.#documents.isCurrent(keyOfList(user), etag);
  }

  userVector(user: string): Promise<UserVectorDocument | undefined> {
    return this.#read({ collection: 'userVectors', partition: user, id: user }, userVector);
  }

  /** What the star model has of a user or an item. */
  starsOf(collection: 'userVectors' | 'itemVectors', id: string): Promise<StarsDocument | undefined> {
    return this.#read({ collection, partition: id, id }, stars);
  }

  profileOf(user: string): Promise<ProfileDocument | undefined> {
    return this.#read({ collection: 'profiles', partition: user, id: user }, profile);
  }

  leaders(window: 'hourly' | 'daily'): Promise<BoardDocument | undefined> {
    return this.#read({ collection: 'aggregates', partition: 'leaders', id: window }, board);
  }

  /** As a tenant is told of it; to be named by who sees the documents of all, and not those of one tenant. */
  async model(tenant = ''): Promise<ModelDocument | undefined> {
    const found = await this.wholeModel(tenant);
    return found && { ...found, ...found.own };
  }

  /** As whoever looks after it is told: of '' with number and time of all tenants together. */
  wholeModel(tenant = ''): Promise<ModelDocument | undefined> {
    return this.#read({ collection: 'models', partition: scoped(tenant, 'live'), id: 'current' }, model);
  }

  item(id: string): Promise<ItemDocument | undefined> {
    return this.#read({ collection: 'items', partition: id, id }, item);
  }

  /** All that the user has done, and whether it is all: no more than `mostPages` pages are read. */
  async historyOf(user: string): Promise<{ items: readonly HistoryItemDocument[]; isComplete: boolean }> {
    const items: HistoryItemDocument[] = [];
    let [read, after]: [number, string | undefined] = [0, undefined];
    do {
      const page = await this.#documents.list({
        collection: 'histories',
        partition: user,
        after: after === undefined ? undefined : { partition: user, id: after },
        limit: pageSize,
      });
      for (const document of page) items.push(...readable(document, history, document.body).items);
      read += page.length;
      after = page.length === pageSize ? page.at(-1)?.id : undefined;
    } while (after !== undefined && read < mostPages);
    return { items, isComplete: after === undefined };
  }

  /** The newest n windows of a day in which the item was rated, oldest first. */
  async daysOf(itemId: string, n: number): Promise<readonly TrendDocument[]> {
    const newest: TrendDocument[] = [];
    // One for each day since 1990 at most: what is older is refused at the gate.
    for (let after: string | undefined = daily; after !== undefined;) {
      const page = await this.#documents.list({
        collection: 'aggregates',
        partition: itemId,
        after: { partition: itemId, id: after },
        limit: pageSize,
      });
      const days = page.filter(({ id }) => id.startsWith(daily));
      newest.push(...days.map(document => readable(document, trend, document.body)));
      newest.splice(0, newest.length - n);
      after = days.length === pageSize ? days.at(-1)?.id : undefined;
    }
    return newest;
  }

  async #read<T>(key: DocumentKey, schema: z.ZodType<T>): Promise<T | undefined> {
    const document = await this.#documents.get(key);
    return document === undefined ? undefined : readable(key, schema, document.body);
  }
}

function opened(key: DocumentKey, text: string, n: number): OpenedList {
  const head = headOf(text, n);
  const first = readable(key, list, JSON.parse(head ?? text));
  if (head === undefined) return first;
  const rest = (): readonly ListDocumentItem[] => readable(key, list, JSON.parse(text)).items.slice(n);
  return { ...first, items: { [Symbol.iterator]: () => onwards(first.items, rest) } };
}

function* onwards<T>(first: readonly T[], rest: () => readonly T[]): Generator<T> {
  yield* first;
  yield* rest();
}

const keyOfList = (user: string): DocumentKey => ({ collection: 'recommendations', partition: user, id: user });

/** The body of an item's document. */
export const asItem = (key: DocumentKey, body: unknown): ItemDocument => readable(key, item, body);

/** The body of a profile. */
export const asProfile = (key: DocumentKey, body: unknown): ProfileDocument => readable(key, profile, body);

/** The body of an item vector's document. */
export const asItemVector = (key: DocumentKey, body: unknown): ItemVectorDocument => readable(key, itemVector, body);

/** A body as the schema has it. @throws {UnreadableDocument} */
export function readable<T>({ collection, partition, id }: DocumentKey, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new UnreadableDocument(
    `A document of ${collection} is not what its topology writes: ${z.prettifyError(parsed.error)}`,
    'Let its topology write it anew with `millrace replay`',
    // Documents go by their users: which one it is, causes tell to those alone who may read records.
    { cause: new Error(`It is ${partition}/${id}`) },
  );
}
