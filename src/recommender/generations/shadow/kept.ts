/** What the shadows came to, as documents: the last one and how many there were, and with each generation its own. */
import { z } from 'zod';
import type { Documents, JsonObject } from '../../../documents/port.ts';
import { shadowFigures } from './figures.ts';
import type { ShadowOutcome } from './shadows.ts';

const account = z.object({
  measured: z.int(),
  givenUp: z.int(),
  /** Events learnt when the last one was asked for. */
  learnt: z.int(),
  /** Of the last one: which generation was live, and what became of it. */
  generation: z.string(),
  endedAt: z.number(),
  why: z.string(),
  figures: shadowFigures.nullable(),
});
export type ShadowAccount = z.infer<typeof account>;

const key = { collection: 'models', partition: 'shadow', id: 'current' } as const;

/** Undefined before the first. */
export async function shadowAccount(documents: Pick<Documents, 'get'>): Promise<ShadowAccount | undefined> {
  const found = await documents.get(key);
  return found === undefined ? undefined : account.parse(found.body);
}

/** Counts one, and says what came of it. */
export async function keepOutcome(
  documents: Pick<Documents, 'get' | 'put' | 'list'>,
  { name, learnt, figures, why }: ShadowOutcome,
  now: number,
): Promise<void> {
  const { measured = 0, givenUp = 0 } = (await shadowAccount(documents)) ?? {};
  const kept: ShadowAccount = {
    measured: measured + (figures === undefined ? 0 : 1),
    givenUp: givenUp + (figures === undefined ? 1 : 0),
    learnt,
    generation: name,
    endedAt: now,
    why,
    figures: figures ?? null,
  };
  if (figures !== undefined) await keepWithGeneration(documents, name, { figures, learnt, now });
  await documents.put(key, kept, 'always');
}

/** Generations whose documents are looked at, at most: as many as the API reads. */
const mostRead = 1_024;

async function keepWithGeneration(
  documents: Pick<Documents, 'put' | 'list'>,
  name: string,
  {
    figures,
    learnt,
    now,
  }: { readonly figures: z.infer<typeof shadowFigures>; readonly learnt: number; readonly now: number },
): Promise<void> {
  const all = await documents.list({ collection: 'models', partition: 'generations', limit: mostRead });
  const found = all.find(({ body }) => body['name'] === name);
  if (found === undefined) return; // its files and its document went: nobody asks for its gap
  const { collection, partition, id, body } = found;
  const gap = figures.objective.excess;
  const quality = { ...objectOf(body['quality']), gap, shadow: { ...figures, learnt, measuredAt: now } };
  await documents.put({ collection, partition, id }, { ...body, quality }, 'always');
}

/** Of a document that is written anew, what a shadow has said. */
export function saidByShadow(body: JsonObject | undefined): JsonObject {
  const { gap, shadow } = objectOf(body?.['quality']);
  return { ...(gap === undefined ? {} : { gap }), ...(shadow === undefined ? {} : { shadow }) };
}

function objectOf(value: JsonObject[string] | undefined): JsonObject {
  return isObject(value) ? value : {};
}

const isObject = (value: JsonObject[string] | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
