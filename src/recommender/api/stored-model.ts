/** What the topologies tell of the model beside its current version: generations, and how good its lists are. */
import { z } from 'zod';
import type { Documents } from '../../documents/port.ts';
import { judgedPlaces, type TaskQuality } from '../domain/quality.ts';
import { readable } from './stored.ts';

const judged = z.object({ events: z.int(), places: z.array(z.number()).length(judgedPlaces) });
const count = z.object({ itemId: z.string(), exposures: z.number(), events: z.number() });
const quality = z.object({
  generation: z.int(),
  number: z.int(),
  time: z.number(),
  judged: z.array(
    z.object({ policy: z.enum(['live', 'candidate', 'fallback']), generation: z.int(), all: judged, warm: judged }),
  ),
  exposure: z.object({
    halvings: z.int(),
    counts: z.array(count),
    users: z.number(),
    items: z.number(),
    events: z.number(),
  }),
});
/** A generation's number in the model's own count is null where it came from elsewhere; its name is always there. */
const generation = z.object({ name: z.string(), quality: z.object({ gap: z.number().nullish() }).nullish() });

export type GenerationDocument = z.infer<typeof generation>;

/** Tasks of a topology, and generations that are looked at, at most. */
const mostRead = 1_024;

export class StoredModel {
  readonly #documents: Pick<Documents, 'list'>;

  constructor(documents: Pick<Documents, 'list'>) {
    this.#documents = documents;
  }

  /** What each task of `recommend` tells of its lists. @throws {UnreadableDocument} */
  async quality(): Promise<TaskQuality[]> {
    const found = await this.#documents.list({ collection: 'quality', partition: 'recommend', limit: mostRead });
    return found.map(document => ({ task: document.id, ...readable(document, quality, document.body) }));
  }

  /** Those that were trained, by their files' names. @throws {UnreadableDocument} */
  async generations(): Promise<GenerationDocument[]> {
    const found = await this.#documents.list({ collection: 'models', partition: 'generations', limit: mostRead });
    return found.map(document => readable(document, generation, document.body));
  }
}
