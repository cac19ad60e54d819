/** The documents that the API reads, as the topologies write them; `domain/documents.ts` is the other end. */
import { z } from 'zod';
import type { DocumentKey, Documents } from '../../documents/port.ts';
import { UnreadableDocument } from './errors.ts';

export const reasons = ['personal', 'similar', 'trending', 'popular'] as const;

const list = z.object({
  reason: z.enum(reasons),
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
const model = z.object({
  generation: z.int(),
  number: z.int(),
  time: z.number(),
  popular: z.array(z.object({ itemId: z.string(), score: z.number() })),
});
const item = z.object({ itemId: z.string(), title: z.string(), genres: z.array(z.string()), available: z.boolean() });
export const kinds = ['rating', 'order', 'view', 'return'] as const;
const profile = z.object({
  userId: z.string(),
  count: z.int(),
  items: z.array(z.object({ itemId: z.string(), kind: z.enum(kinds), value: z.number(), time: z.number() })),
});
const trend = z.object({ start: z.number(), end: z.number(), count: z.int(), sum: z.number() });
const vector = z.object({ id: z.string(), generation: z.int(), factors: z.base64() });

export type ItemVectorDocument = z.infer<typeof vector>;
export type ItemDocument = z.infer<typeof item>;
export type ProfileDocument = z.infer<typeof profile>;
export type BoardDocument = z.infer<typeof board>;
export type TrendDocument = z.infer<typeof trend>;

/** Windows read at once. */
const pageSize = 1_000;
/** Ids of an item's windows of a day begin like this and sort by time. */
const daily = 'daily:';

/** Point reads; each answers undefined where there is no document, and throws `UnreadableDocument` for a broken one. */
export class Stored {
  readonly #documents: Pick<Documents, 'get' | 'list'>;

  constructor(documents: Pick<Documents, 'get' | 'list'>) {
    this.#documents = documents;
  }

  listOf(user: string): Promise<z.infer<typeof list> | undefined> {
    return this.#read({ collection: 'recommendations', partition: user, id: user }, list);
  }

  profileOf(user: string): Promise<ProfileDocument | undefined> {
    return this.#read({ collection: 'profiles', partition: user, id: user }, profile);
  }

  leaders(window: 'hourly' | 'daily'): Promise<BoardDocument | undefined> {
    return this.#read({ collection: 'aggregates', partition: 'leaders', id: window }, board);
  }

  model(): Promise<z.infer<typeof model> | undefined> {
    return this.#read({ collection: 'models', partition: 'live', id: 'current' }, model);
  }

  item(id: string): Promise<ItemDocument | undefined> {
    return this.#read({ collection: 'items', partition: id, id }, item);
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

/** The body of an item's document. */
export const asItem = (key: DocumentKey, body: unknown): ItemDocument => readable(key, item, body);

/** The body of a profile. */
export const asProfile = (key: DocumentKey, body: unknown): ProfileDocument => readable(key, profile, body);

/** The body of an item vector's document. */
export const asItemVector = (key: DocumentKey, body: unknown): ItemVectorDocument => readable(key, vector, body);

function readable<T>({ collection, partition, id }: DocumentKey, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new UnreadableDocument(
    `${collection}/${partition}/${id} is no such document: ${z.prettifyError(parsed.error)}`,
    'Let its topology write it anew with `millrace replay`',
    { cause: parsed.error },
  );
}
