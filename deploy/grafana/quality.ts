/** How good the model is, by what users did who were shown its lists. */
import { dashboard, figure, lines } from './panels.ts';

export const quality = dashboard(
  'millrace-quality',
  'Millrace: model quality',
  'Lists and estimates, judged as they come',
)
  .withPanel(
    figure({
      title: 'Live generation',
      says: 'Its number',
      unit: 'none',
      queries: { '{{cause}}': 'max by (cause) (millrace_model_generation)' },
    }),
  )
  .withPanel(
    figure({
      title: 'Trained',
      says: 'Since the live generation was trained whole; it has learnt each event since',
      unit: 's',
      queries: { '': 'max(millrace_model_generation_age_seconds)' },
    }),
  )
  .withPanel(
    figure({
      title: 'Behind a retrain',
      says: 'Share by which its loss exceeded that of the last whole retraining when they were compared',
      unit: 'percentunit',
      queries: { '': 'max(millrace_model_shadow_gap_ratio)' },
    }),
  )
  .withPanel(
    figure({
      title: 'Items listed',
      says: 'Part of all items among the first ten of any list',
      unit: 'percentunit',
      queries: { '': 'max(millrace_model_coverage_at_10_ratio)' },
    }),
  )
  .withPanel(
    lines({
      title: 'nDCG@10 and hit rate of the lists',
      says: 'Of events whose user and item the model had known, by the list that stood when they came',
      unit: 'percentunit',
      queries: {
        'nDCG@10': 'max(millrace_model_ndcg_at_10_ratio{events="warm"})',
        'hit rate': 'max(millrace_model_hit_rate_at_10_ratio{events="warm"})',
      },
    }),
  )
  .withPanel(
    lines({
      title: 'nDCG@10 by policy',
      says: 'Arms of an experiment, generation by generation',
      unit: 'percentunit',
      queries: { '{{policy}} {{generation}}': 'max by (policy, generation) (millrace_model_policy_ndcg_at_10_ratio)' },
    }),
  )
  .withPanel(
    lines({
      title: 'Error of the estimates, stars',
      says: 'Root of the mean squared error of ratings predicted before they were learnt',
      unit: 'short',
      queries: { '{{events}}': 'max by (events) (millrace_model_prequential_rmse_stars)' },
    }),
  )
  .withPanel(
    lines({
      title: 'Novelty and concentration',
      says: 'Bits by which listed items are rarer than chance; Gini of how often each item is listed',
      unit: 'short',
      queries: { novelty: 'max(millrace_model_novelty_bits)', Gini: 'max(millrace_model_gini_ratio)' },
    }),
  );
