/** Why an item is recommended to a user: what the user's own events add to its score, or what everybody's do. */
import type { Kind } from '../../als/index.ts';
import type { HistoryItem } from '../domain/history.ts';
import { why } from '../domain/why.ts';
import { UnknownItem } from './errors.ts';
import type { ItemDirectory, ShownItem } from './items.ts';
import type { ItemVectors } from './item-vectors.ts';
import type { HistoryItemDocument, ModelDocument, Stored, UserVectorDocument } from './stored.ts';

export interface WhyEvent {
  readonly kind: Kind;
  /** Stars, quantity, or 1 of a view. */
  readonly value: number;
  /** Event time, ISO 8601. */
  readonly at: string;
}

/** Everything that the user did with an item, and what it adds to the score. */
export interface WhyItem extends ShownItem {
  readonly events: readonly WhyEvent[];
  readonly contribution: number;
}

export interface WhyAnswer extends ShownItem {
  readonly reason: 'personal' | 'trending' | 'popular';
  /** `generation.number`; null where no model version is behind the answer. */
  readonly modelVersion: string | null;
  /** By the published vectors, which lie on a grid; null where the reason is not personal. */
  readonly score: number | null;
  /** Of all contributions, also those that are not listed: the score without rounding; null where nothing tells them. */
  readonly sum: number | null;
  /** Of how many items. */
  readonly count: number;
  /** The n greatest in size, the greatest first. */
  readonly contributions: readonly WhyItem[];
  /** What everybody did, where the reason is not personal; null where nobody can say. */
  readonly others: { readonly ratings: number | null; readonly liked: number | null };
}

export interface WhyParts {
  readonly stored: Stored;
  readonly items: ItemDirectory;
  readonly vectors: ItemVectors;
}

/** @throws {UnknownItem} {TooManyItems} */
export async function whyOf(parts: WhyParts, user: string, itemId: string, n: number): Promise<WhyAnswer> {
  const { stored, items, vectors } = parts;
  await vectors.refresh();
  const [shown, described] = [await items.shown(), await items.get(itemId)];
  if (described === undefined && !vectors.has(itemId)) throw new UnknownItem();
  const [model, vector] = [await stored.model(), await stored.userVector(user)];
  const fit = vector && vectors.fitOf(vector, itemId);
  if (vector === undefined || model === undefined || fit === undefined)
    return { ...shown(itemId), ...(await generalOf(stored, itemId, model)) };
  const told = await personalOf(parts, { user, itemId, vector, model });
  const contributions = told?.contributions ?? [];
  const most = contributions.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, n);
  return {
    ...shown(itemId),
    reason: 'personal',
    modelVersion: versionOf(model),
    score: fit,
    sum: told?.score ?? null,
    count: contributions.length,
    contributions: most.map(({ done, contribution, ...item }) => ({
      ...shown(item.itemId),
      events: eventsOf(done),
      contribution,
    })),
    others: { ratings: null, liked: null },
  };
}

interface Question {
  readonly user: string;
  readonly itemId: string;
  readonly vector: UserVectorDocument;
  readonly model: ModelDocument;
}

/** Undefined where nothing tells the settings of the user's generation. */
async function personalOf({ stored, vectors }: WhyParts, { user, itemId, vector, model }: Question) {
  const { generation } = vector;
  const settings = generation === model.generation ? model.settings : settingsOfCandidate(model, generation);
  const items = vectors.grammed(generation);
  if (settings === undefined || items === undefined) return undefined;
  const history = (await stored.historyOf(user)).items.map(asHistory);
  return why(history, itemId, { settings, items, time: model.time });
}

const settingsOfCandidate = ({ candidate }: ModelDocument, generation: number) =>
  candidate?.generation === generation ? candidate.settings : undefined;

const asHistory = ({ itemId, done }: HistoryItemDocument): HistoryItem => ({
  itemId,
  done: Object.fromEntries(done.map(({ kind, value, time }) => [kind, { value, time }])),
});

const eventsOf = (done: HistoryItem['done']): WhyEvent[] =>
  kindsOf.flatMap(kind => {
    const event = done[kind];
    return event === undefined ? [] : [{ kind, value: event.value, at: new Date(event.time).toISOString() }];
  });

const kindsOf: readonly Kind[] = ['rating', 'order', 'view', 'return'];

async function generalOf(stored: Stored, itemId: string, model: ModelDocument | undefined) {
  const nothing = { score: null, sum: null, count: 0, contributions: [] };
  for (const window of ['hourly', 'daily'] as const) {
    const found = (await stored.leaders(window))?.items.find(leader => leader.itemId === itemId);
    if (found === undefined) continue;
    return {
      ...nothing,
      reason: 'trending' as const,
      modelVersion: null,
      others: { ratings: found.count, liked: null },
    };
  }
  const liked = model?.popular.find(item => item.itemId === itemId)?.score ?? null;
  return { ...nothing, reason: 'popular' as const, modelVersion: versionOf(model), others: { ratings: null, liked } };
}

const versionOf = (model: ModelDocument | undefined): string | null =>
  model === undefined ? null : `${model.generation}.${model.number}`;
