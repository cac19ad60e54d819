/** What a search for hyper-parameters does and has found, for people. */
import type { Progress, Tuning } from '../recommender/jobs/tune/index.ts';
import { gainText, intervalText } from './evaluation-text.ts';
import { table } from './output.ts';

/** `trial 3, a third of the users: nDCG@10 0.1234, RMSE 0.8765; best 0.1300 and 0.8700; 12 left`. */
export function progressText({ trial, left, best }: Progress): string {
  const figures = `nDCG@10 ${shown(trial.ndcg10)}, RMSE ${shown(trial.rmse)}`;
  return `trial ${trial.number}, ${shareText(trial.share)}: ${figures}; best ${shown(best.ndcg10)} and ${shown(best.rmse)}; ${left} left`;
}

export function tuningText(found: Tuning): string {
  const { protocol, seed, before, test, trials, budget, cut } = found;
  return [
    `${trials.length} of ${budget} trials${cut ? ', ended early' : ''}, seed ${seed}: validated by ${protocol} within ${before} ratings; ${test} later ones are the test`,
    ...(['ndcg10', 'rmse'] as const).flatMap(goal => ['', titles[goal], trialTable(found, goal)]),
    '',
    ...(['ndcg10', 'rmse'] as const).map(goal => verdict(found, goal)),
    '',
    confirmation(found),
  ].join('\n');
}

type Goal = 'ndcg10' | 'rmse';

const titles = { ndcg10: 'lists, best first', rmse: 'stars, best first' } as const;

function trialTable({ trials }: Tuning, goal: Goal): string {
  const sorted = trials.toSorted(
    (a, b) => b.share - a.share || cost(a[goal].figure, goal) - cost(b[goal].figure, goal),
  );
  const rows = sorted.map(trial => {
    const { figure, interval, gain } = trial[goal];
    const beside = gain === null ? '-' : gainText(gain);
    return [
      trial.number,
      shareText(trial.share),
      figure,
      intervalText(interval),
      beside,
      ...columns[goal].of(trial.settings),
    ];
  });
  return table(['trial', 'judged on', goal, 'interval', 'gain beside trial 0', ...columns[goal].names], rows);
}

const columns = {
  ndcg10: {
    names: ['factors', 'strength', 'exponent', 'unobserved', 'sweeps'],
    of: ({ factors, regularisation, unobservedWeight, sweeps }: Tuning['settings']) => [
      factors,
      regularisation.strength,
      regularisation.frequencyExponent,
      unobservedWeight,
      sweeps,
    ],
  },
  rmse: {
    names: ['factors', 'regularisation', 'of biases', 'prior', 'sweeps'],
    of: ({ explicit, sweeps }: Tuning['settings']) => [
      explicit.factors,
      explicit.regularisation,
      explicit.biasRegularisation,
      explicit.prior,
      sweeps,
    ],
  },
} as const;

const cost = (figure: number | null, goal: Goal): number =>
  figure === null ? Infinity : goal === 'rmse' ? figure : -figure;

function verdict({ best, beyondNoise }: Tuning, goal: Goal): string {
  if (best[goal] === 0) return `${goal}: nothing was better than the configuration as it is`;
  const noise = beyondNoise[goal] ? 'beyond the noise' : 'but not beyond the noise: the configuration is kept';
  return `${goal}: trial ${best[goal]} was better than the configuration, ${noise}`;
}

function confirmation({ confirmed }: Tuning): string {
  if (confirmed === null) return 'not confirmed on the test: the search was stopped';
  const rows = (['ndcg10', 'rmse'] as const).map(goal => {
    const { base, best } = confirmed[goal];
    return [goal, base, best, gainText(confirmed[goal])];
  });
  return `on the test, once\n${table(['measure', 'configured', 'recommended', 'gain'], rows)}`;
}

const shown = (figure: number | null): string => (figure === null ? '-' : figure.toFixed(4));

const shareText = (share: number): string => (share === 1 ? 'all users' : `1/${Math.round(1 / share)} of the users`);
