/** The generations that are kept, as people and scripts see them. */
import { z } from 'zod';
import type { Documents } from '../../documents/port.ts';
import type { Snapshots } from '../../snapshots/port.ts';
import { bytesOf, type GenerationState, stateOf } from './published.ts';
import { heads } from './retained.ts';

export interface GenerationRow {
  /** Null for one from elsewhere, which goes by its name. */
  readonly number: number | null;
  readonly name: string;
  readonly state: GenerationState;
  /** Part of the users that it is tried out with; null where it is not. */
  readonly share: number | null;
  readonly cause: string;
  readonly users: number;
  readonly items: number;
  readonly factors: number;
  readonly bytes: number;
  /** The implicit loss that its training ended with. */
  readonly objective: number | null;
  readonly trainedAt: number;
  readonly engine: string;
}

/** Newest training first. Which is live, and which is tried out, the model's own document says. */
export async function listed({
  snapshots,
  documents,
}: {
  readonly snapshots: Snapshots;
  readonly documents: Pick<Documents, 'get'>;
}): Promise<readonly GenerationRow[]> {
  const model = (await documents.get({ collection: 'models', partition: 'live', id: 'current' }))?.body;
  const experiment = candidateIn(model?.['candidate']);
  return (await heads(snapshots)).map(head => ({
    number: head.generation > 0 ? head.generation : null,
    name: head.name,
    state: stateOf(head, model?.['generationName'], experiment?.name),
    share: head.name === experiment?.name ? experiment.share : null,
    cause: head.cause,
    users: head.users,
    items: head.items,
    factors: head.factors,
    bytes: bytesOf(head),
    objective: head.objective,
    trainedAt: head.trainedAt,
    engine: head.engine,
  }));
}

/** As the model's document names it. */
const candidateIn = (said: unknown) => {
  const parsed = z.object({ name: z.string(), share: z.number() }).safeParse(said);
  return parsed.success ? parsed.data : undefined;
};
