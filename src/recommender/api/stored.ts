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
const profile = z.object({ items: z.array(z.object({ itemId: z.string() })) });
const vector = z.object({ id: z.string(), generation: z.int(), factors: z.base64() });

export type ItemVectorDocument = z.infer<typeof vector>;
export type ItemDocument = z.infer<typeof item>;

/** Point reads; each answers undefined where there is no document, and throws `UnreadableDocument` for a broken one. */
export class Stored {
  readonly #documents: Pick<Documents, 'get'>;

  constructor(documents: Pick<Documents, 'get'>) {
    this.#documents = documents;
  }

  listOf(user: string): Promise<z.infer<typeof list> | undefined> {
    return this.#read({ collection: 'recommendations', partition: user, id: user }, list);
  }

  profileOf(user: string): Promise<z.infer<typeof profile> | undefined> {
    return this.#read({ collection: 'profiles', partition: user, id: user }, profile);
  }

  leaders(window: 'hourly' | 'daily'): Promise<z.infer<typeof board> | undefined> {
    return this.#read({ collection: 'aggregates', partition: 'leaders', id: window }, board);
  }

  model(): Promise<z.infer<typeof model> | undefined> {
    return this.#read({ collection: 'models', partition: 'live', id: 'current' }, model);
  }

  item(id: string): Promise<ItemDocument | undefined> {
    return this.#read({ collection: 'items', partition: id, id }, item);
  }

  async #read<T>(key: DocumentKey, schema: z.ZodType<T>): Promise<T | undefined> {
    const document = await this.#documents.get(key);
    return document === undefined ? undefined : readable(key, schema, document.body);
  }
}

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
