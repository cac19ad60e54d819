/** How good the model is, for Prometheus: the figures of `/v2/models/quality`, asked for whenever metrics are read. */
import { Gauge, type Registry } from 'prom-client';
import { Unavailable } from '../../errors.ts';
import { sharedWhileUnderWay } from '../../operations/metrics.ts';
import { registerReadCounter } from '../../operations/read-metrics.ts';
import type { ModelQuality } from './model-quality.ts';

type Labelled = readonly (readonly [labels: Readonly<Record<string, string>>, value: number | null | undefined])[];

interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly of: (quality: ModelQuality) => Labelled;
}

/** `all` events, or those `warm` ones whose user and item the model had known. */
const bothOf = (all: number | null | undefined, warm: number | null | undefined): Labelled => [
  [{ events: 'all' }, all],
  [{ events: 'warm' }, warm],
];
const one = (value: number | null | undefined): Labelled => [[{}, value]];

const figures: readonly Figure[] = [
  {
    name: 'millrace_model_generation',
    help: 'Number of the live generation; the label tells why it was begun',
    labels: ['cause'],
    of: ({ generation }) => [[{ cause: generation.cause }, generation.number]],
  },
  {
    name: 'millrace_model_generation_age_seconds',
    help: 'Seconds since the live generation was trained whole; absent for one that never was',
    labels: [],
    of: ({ generation }) => one(generation.ageMs === null ? null : generation.ageMs / 1_000),
  },
  {
    name: 'millrace_model_shadow_gap_ratio',
    help: 'Share by which the loss of the live model exceeds that of the last whole retraining, 0.01 being 1 %',
    labels: [],
    of: ({ generation }) => one(generation.shadowGap),
  },
  {
    name: 'millrace_model_users',
    help: 'Users that the model knows',
    labels: [],
    of: ({ counts }) => one(counts?.users),
  },
  {
    name: 'millrace_model_items',
    help: 'Items that the model knows',
    labels: [],
    of: ({ counts }) => one(counts?.items),
  },
  {
    name: 'millrace_model_prequential_events',
    help: 'Ratings predicted before they were learnt, since the generation began; a new one begins at 0',
    labels: ['events'],
    of: ({ predicted: { all, warm } }) => bothOf(all.events, warm.events),
  },
  {
    name: 'millrace_model_prequential_rmse_stars',
    help: 'Root of the mean squared error of those predictions, in stars',
    labels: ['events'],
    of: ({ predicted: { all, warm } }) => bothOf(all.rmse, warm.rmse),
  },
  {
    name: 'millrace_model_list_events',
    help: 'Events judged by the list that stood when they came',
    labels: ['events'],
    of: ({ lists }) => bothOf(lists?.all.events, lists?.warm.events),
  },
  {
    name: 'millrace_model_hit_rate_at_10_ratio',
    help: 'Part of those events whose item was among the first ten, 0 to 1',
    labels: ['events'],
    of: ({ lists }) => bothOf(lists?.all.hitRate10, lists?.warm.hitRate10),
  },
  {
    name: 'millrace_model_ndcg_at_10_ratio',
    help: 'Mean nDCG of those events over the first ten, 0 to 1, over all of them; `millrace_model_judged_…` tell of a span of time',
    labels: ['events'],
    of: ({ lists }) => bothOf(lists?.all.ndcg10, lists?.warm.ndcg10),
  },
  {
    name: 'millrace_model_policy_ndcg_at_10_ratio',
    help: 'The same for each policy and generation, over all its events',
    labels: ['policy', 'generation'],
    of: ({ lists }) =>
      (lists?.policies ?? []).map(({ policy, generation, all }) => [
        { policy, generation: String(generation) },
        all.ndcg10,
      ]),
  },
  {
    name: 'millrace_model_coverage_at_10_ratio',
    help: 'Part of all items that are among the first ten of any list, 0 to 1',
    labels: [],
    of: ({ held }) => one(held?.coverage10),
  },
  {
    name: 'millrace_model_novelty_bits',
    help: 'Mean over listed items of -log2 of the share of all events that the item has, in bits',
    labels: [],
    of: ({ held }) => one(held?.noveltyBits),
  },
  {
    name: 'millrace_model_gini_ratio',
    help: 'Gini coefficient of how often each item is listed: 0 all alike, towards 1 always the same few',
    labels: [],
    of: ({ held }) => one(held?.gini),
  },
];

/** Sums that only grow, so that whoever reads them can say how good lists were within any span of time. */
const sums: readonly Figure[] = [
  {
    name: 'millrace_model_judged_events_total',
    help: 'Events judged by the list that stood when they came, since the first; goes back where a former generation is forgotten',
    labels: ['events'],
    of: ({ lists }) => bothOf(lists?.all.events, lists?.warm.events),
  },
  {
    name: 'millrace_model_judged_ndcg_at_10_total',
    help: 'Sum of the nDCG of those events over the first ten: its growth by that of the events is their mean',
    labels: ['events'],
    of: ({ lists }) => bothOf(sumOf(lists?.all), sumOf(lists?.warm)),
  },
];

function sumOf(judged: { readonly events: number; readonly ndcg10: number | null } | undefined): number | undefined {
  return judged === undefined ? undefined : judged.events * (judged.ndcg10 ?? 0);
}

/** Registers the figures; a figure that nobody can tell has no sample. `ask` is called once whenever metrics are read. */
export function registerModelMetrics(registry: Registry, ask: () => Promise<ModelQuality | undefined>): void {
  const shared = sharedWhileUnderWay(() => ask().catch(unknownWhereAway));
  for (const { name, help, labels: labelNames, of } of sums)
    registerReadCounter(registry, {
      name,
      help,
      labelNames,
      values: async () => {
        const quality = await shared();
        return quality === undefined ? [] : of(quality).map(([labels, value]) => [labels, value ?? undefined] as const);
      },
    });
  for (const { name, help, labels, of } of figures) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      collect: async () => {
        const quality = await shared();
        gauge.reset();
        if (labels.length === 0) gauge.remove(); // one without labels would stand at 0, as if somebody had told it
        for (const [labelled, value] of quality === undefined ? [] : of(quality))
          if (value !== null && value !== undefined) gauge.set(labelled, value);
      },
    });
  }
}

/** Documents that are away tell nothing; that something waits for them is told by `millrace_task_waiting`. */
function unknownWhereAway(error: unknown): undefined {
  if (error instanceof Unavailable) return undefined;
  throw error;
}
