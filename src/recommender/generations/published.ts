/** The generations as documents, for the API and whoever looks. */
import type { Documents, JsonObject } from '../../documents/port.ts';
import type { Control } from '../domain/control.ts';
import type { GenerationHead } from './format.ts';
import { saidByShadow } from './shadow/kept.ts';

export type GenerationState = 'live' | 'candidate' | 'retained' | 'dropped';

export interface Listed {
  readonly all: readonly GenerationHead[];
  /** Names of those whose files have gone. */
  readonly gone: ReadonlySet<string>;
  readonly control: Pick<Control, 'live' | 'candidate'>;
}

/** One document each; those that were dropped say so. What a shadow has said of one stays with it. */
export async function publish(documents: Documents, { all, gone, control }: Listed): Promise<void> {
  for (const head of all) {
    const state = gone.has(head.name) ? 'dropped' : stateOf(head, control.live.name, control.candidate?.name);
    const key = { collection: 'models', partition: 'generations', id: idOf(head) };
    const shadow = saidByShadow((await documents.get(key))?.body);
    await documents.put(key, asDocument(head, state, shadow), 'always');
  }
}

/** Of one whose files are there; `live` and `candidate` are names. */
export function stateOf({ name }: Pick<GenerationHead, 'name'>, live: unknown, candidate: unknown): GenerationState {
  if (name === live) return 'live';
  return name === candidate ? 'candidate' : 'retained';
}

/** A number in the order of the numbers; one from elsewhere has none, and goes by its name. */
const idOf = ({ generation, name }: GenerationHead): string =>
  generation > 0 ? String(generation).padStart(8, '0') : name;

/** Vectors before they are packed: what a generation takes in memory. */
export const bytesOf = ({ users, items, factors, starFactors }: GenerationHead): number =>
  (users + items) * 2 * (factors + starFactors + 1);

export function asDocument(head: GenerationHead, state: GenerationState, shadow: JsonObject = {}): JsonObject {
  const { generation, name, cause, trainedAt, users, items, factors, starFactors, seed, engine, objective } = head;
  return {
    number: generation > 0 ? generation : null,
    name,
    cause,
    trainedAt,
    users,
    items,
    engine,
    state,
    settings: { factors, starFactors, seed },
    bytes: bytesOf(head),
    quality: { ...shadow, objective },
  };
}
