/**
 * How good the lists are: each task tells sums, which add up. Events are judged prequentially, by the list that was
 * published when they came; what lists hold is told of those that stand now.
 */
import type { Kind } from '../../als/index.ts';
import { mergedSample, type Sample } from './exposure-sample.ts';

/** Places of a list that are judged. */
export const judgedPlaces = 10;

/** `fallback` is what is served to whoever has no list. */
export type JudgedPolicy = 'live' | 'candidate' | 'fallback';

/** Events that were judged, and how many of them were found at each of the ten places. */
export interface Judged {
  readonly events: number;
  readonly places: readonly number[];
}

/** What one policy, in one generation, has foretold. `warm` are the events whose user had a list and whose item was known. */
export interface JudgedLists {
  readonly policy: JudgedPolicy;
  readonly generation: number;
  readonly all: Judged;
  readonly warm: Judged;
}

/** What the first ten of the lists of one task's users hold. */
export interface Exposure extends Sample {
  /** Users who have a list. */
  readonly users: number;
  /** Items of the model, whether a list holds them or not. */
  readonly items: number;
  /** Events of all items: what an item's share of them is measured by. */
  readonly events: number;
}

/** The document `quality` of a task, in the partition `recommend`; its id is the task. */
export interface TaskQuality {
  readonly task: string;
  readonly generation: number;
  readonly number: number;
  /** Event time of that model version, milliseconds since 1970. */
  readonly time: number;
  readonly judged: readonly JudgedLists[];
  readonly exposure: Exposure;
}

/** What a task of `recommend` tells: also the kinds of events after which an item is left out of its user's lists. */
export interface ToldQuality extends Omit<TaskQuality, 'task'> {
  readonly seen: readonly Kind[];
}

/** Figures of judged events; null where there is none. An event has one item to be found, so the ideal DCG is 1. */
export interface Figures {
  readonly events: number;
  readonly hitRate10: number | null;
  readonly ndcg10: number | null;
  readonly reciprocalRank10: number | null;
}

export interface PolicyFigures {
  readonly policy: JudgedPolicy;
  readonly generation: number;
  readonly all: Figures;
  readonly warm: Figures;
}

export interface ExposureFigures {
  readonly users: number;
  readonly items: number;
  /** Items that are in the first ten of any list, and their part of all items; null without items. */
  readonly covered: number;
  readonly coverage10: number | null;
  /** Mean over the listed items of -log2 of the item's share of all events, in bits; null without lists. */
  readonly novelty_bits: number | null;
  /** Of how often each item of the model is listed: 0 all alike, towards 1 always the same few; null without lists. */
  readonly gini: number | null;
  /** The part of the items that these figures were taken from, chosen by hash: 1 says that they are exact. */
  readonly sampled: number;
}

/** Of all tasks together. */
export interface QualityFigures {
  /** The newest version that any task told of. */
  readonly generation: number;
  readonly number: number;
  readonly time: number;
  readonly tasks: number;
  /** Over all policies. */
  readonly all: Figures;
  readonly warm: Figures;
  /** By policy, then generation, the newest first. */
  readonly policies: readonly PolicyFigures[];
  readonly exposure: ExposureFigures;
}

/** One picture of what the tasks tell, in any order; undefined where none has told anything. */
export function mergedQuality(tasks: readonly TaskQuality[]): QualityFigures | undefined {
  const [newest] = [...tasks].sort((a, b) => b.generation - a.generation || b.number - a.number);
  if (newest === undefined) return undefined;
  const policies = byPolicy(tasks.flatMap(({ judged }) => judged));
  const { generation, number, time } = newest;
  return {
    generation,
    number,
    time,
    tasks: tasks.length,
    all: figuresOf(sumOf(policies.map(({ all }) => all))),
    warm: figuresOf(sumOf(policies.map(({ warm }) => warm))),
    policies: policies.map(judged => ({ ...judged, all: figuresOf(judged.all), warm: figuresOf(judged.warm) })),
    exposure: exposureOf(tasks.map(({ exposure }) => exposure)),
  };
}

const nothing: Judged = { events: 0, places: Array.from({ length: judgedPlaces }, () => 0) };

const sumOf = (parts: readonly Judged[]): Judged =>
  parts.reduce(
    (sum, { events, places }) => ({
      events: sum.events + events,
      places: sum.places.map((count, place) => count + (places[place] ?? 0)),
    }),
    nothing,
  );

const policyOrder: readonly JudgedPolicy[] = ['live', 'candidate', 'fallback'];

function byPolicy(parts: readonly JudgedLists[]): JudgedLists[] {
  const merged = new Map<string, JudgedLists>();
  for (const part of parts) {
    const { policy, generation } = part;
    const key = `${policy} ${generation}`;
    const before = merged.get(key) ?? { policy, generation, all: nothing, warm: nothing };
    merged.set(key, {
      policy,
      generation,
      all: sumOf([before.all, part.all]),
      warm: sumOf([before.warm, part.warm]),
    });
  }
  return [...merged.values()].sort(
    (a, b) => policyOrder.indexOf(a.policy) - policyOrder.indexOf(b.policy) || b.generation - a.generation,
  );
}

/** Discounts: K. Järvelin, J. Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", TOIS 20(4), 2002. */
function figuresOf({ events, places }: Judged): Figures {
  if (events === 0) return { events, hitRate10: null, ndcg10: null, reciprocalRank10: null };
  const mean = (gain: (place: number) => number): number =>
    places.reduce((sum, count, index) => sum + count * gain(index + 1), 0) / events;
  return {
    events,
    hitRate10: mean(() => 1),
    ndcg10: mean(place => 1 / Math.log2(place + 1)),
    reciprocalRank10: mean(place => 1 / place),
  };
}

function exposureOf(parts: readonly Exposure[]): ExposureFigures {
  const sample = mergedSample(parts);
  const weight = 2 ** sample.halvings;
  const users = parts.reduce((sum, part) => sum + part.users, 0);
  const items = Math.max(0, ...parts.map(part => part.items));
  const events = Math.max(0, ...parts.map(part => part.events));
  const covered = Math.min(items, sample.counts.length * weight);
  const listed = sample.counts.reduce((sum, { exposures }) => sum + exposures, 0);
  const figures = { users, items, covered, sampled: 1 / weight };
  const coverage10 = items === 0 ? null : covered / items;
  if (listed === 0) return { ...figures, coverage10, novelty_bits: null, gini: null };
  const bits = sample.counts.reduce((sum, item) => sum + item.exposures * bitsOf(item.events, events), 0);
  const exposures = sample.counts.map(item => item.exposures);
  return { ...figures, coverage10, novelty_bits: bits / listed, gini: giniOf(exposures, { weight, items }) };
}

/** An item without events is as surprising as one that had a single one. */
const bitsOf = (events: number, all: number): number => -Math.log2(Math.max(1, events) / Math.max(1, all));

/** Over all items, of which each count stands for `weight` and the others have none. */
function giniOf(counts: readonly number[], { weight, items }: { readonly weight: number; readonly items: number }) {
  const all = Math.max(items, counts.length * weight);
  let below = all - counts.length * weight;
  let [spread, sum] = [0, 0];
  for (const count of [...counts].sort((a, b) => a - b)) {
    spread += weight * count * (2 * below + weight - all);
    sum += weight * count;
    below += weight;
  }
  return spread / (all * sum);
}
