import { type Command, Option } from 'commander';
import { modelSettings, openKernel } from '../../als/index.ts';
import { applicationSettings } from '../../app/config.ts';
import {
  evaluate as evaluateModels,
  type EvaluateSource,
  type Judgement,
  type ModelName,
  nonInferiority,
  type Order,
  orders,
  predictionRows,
  protocols,
  readRatings,
  topNRows,
} from '../../recommender/jobs/evaluate/index.ts';
import { Misuse } from '../errors.ts';
import { atLeastOne, type ConfigFlags, configurationOf, jsonFlag, withSettings } from '../flags.ts';
import { fileOf, writeLines } from '../judged-files.ts';
import { evaluationText } from '../evaluation-text.ts';
import { nonInferiorityText } from '../non-inferiority-text.ts';
import { type OutputFlags, print } from '../output.ts';

const settings = ['seed', 'factors', 'cutEvery'] as const;

interface Flags extends ConfigFlags, OutputFlags {
  readonly ratings?: string;
  readonly protocol?: (typeof protocols)[number];
  readonly train?: string;
  readonly test?: string;
  readonly negatives?: string;
  readonly nonInferiority?: true;
  readonly checkpoints?: number;
  readonly order?: Order;
  readonly seeds?: number;
  readonly resamples?: number;
  readonly topN?: string;
  readonly predictions?: string;
}

const help = `
Protocols:
  temporal           the headline: learns what came before a moment, and ranks all items for what came after it
  random             a share of all ratings is held out by chance: for comparison with published figures of RMSE
  stratified         the same share of each user
  leave-last-out     the last rating of each user: for comparison with published figures
  leave-last-out-99  the same, ranked among 99 items drawn by chance: flatters every model, only for comparison
Where files are given, --test is what is held out. Ties count as losses: of equal scores what was held out stands last.

Intervals hold 95 % of draws of users with repetition (bootstrap); all models are judged by the same draws. A gain is how
much better a model is than another, relative to the other; it is certain where its interval does not hold 0.

--non-inferiority learns the first half, then the rest in cuts, and at each checkpoint retrains on the same events; both
are judged by what comes up to the next one, of users who are known. A verdict is non-inferior where the whole interval of
the gain lies above -1 %, inferior where all of it lies below, else inconclusive. --order drawn lets the ratings come in an
order drawn by chance: where users rate all in one sitting, few are known before what judges them.`;

/** `millrace evaluate`: hold-out quality of popularity, a retrain and learning in cuts, side by side. */
export function addEvaluate(program: Command): void {
  withSettings(program.command('evaluate'), settings)
    .description('hold-out quality: popularity, retrain, incremental, side by side')
    .addOption(new Option('--ratings <file>', 'ratings to divide: userId, movieId or itemId, rating, timestamp'))
    .addOption(new Option('--protocol <name>', 'how to divide them').choices(protocols))
    .addOption(new Option('--train <file>', 'ratings to learn').conflicts(['ratings', 'protocol']))
    .addOption(new Option('--test <file>', 'ratings to judge by').conflicts(['ratings', 'protocol']))
    .addOption(
      new Option('--negatives <file>', 'items to rank those of --test among').conflicts(['ratings', 'protocol']),
    )
    .addOption(new Option('--top-n <file>', 'write the lists of the incremental model; those of the others beside it'))
    .addOption(new Option('--predictions <file>', 'write the estimated stars likewise'))
    .addOption(
      new Option(
        '--non-inferiority',
        'whether incremental is as good as retrain, over a stream of --ratings',
      ).conflicts(['protocol', 'train', 'topN', 'predictions']),
    )
    .addOption(new Option('--checkpoints <n>', 'of it, where both are judged (default: 10)').argParser(atLeastOne))
    .addOption(new Option('--order <name>', 'of its stream (default: time)').choices(orders))
    .addOption(
      new Option(
        '--seeds <n>',
        'judge with so many seeds, from --seed on (default: 1; 3 for --non-inferiority)',
      ).argParser(atLeastOne),
    )
    .addOption(new Option('--resamples <n>', 'draws of users for each interval (default: 1000)').argParser(atLeastOne))
    .addOption(jsonFlag())
    .addHelpText('after', help)
    .action(evaluate);
}

async function evaluate(flags: Flags): Promise<void> {
  if (flags.nonInferiority === true) return compareOverStream(flags);
  if ((flags.checkpoints ?? flags.order) !== undefined)
    throw new Misuse('Checkpoints and order are those of a stream', 'Give --non-inferiority, too');
  const { learner } = applicationSettings(configurationOf(flags, settings).config);
  const { seed, ...modelSet } = modelSettings(learner.model);
  const { seeds = 1, resamples } = flags;
  if (seeds > 1 && (flags.topN ?? flags.predictions) !== undefined)
    throw new Misuse('What was judged can be written of one seed only', 'Leave out --seeds, --top-n or --predictions');
  using kernel = openKernel();
  const result = await evaluateModels({
    source: sourceOf(flags),
    seed,
    seeds,
    resamples,
    settings: modelSet,
    eventsPerCut: learner.cutEvery,
    kernel,
    now: () => performance.now(),
    judged: (model, judgement, of) => write(flags, model, judgement, of),
  });
  print(flags, result, () => evaluationText(result));
}

async function compareOverStream(flags: Flags): Promise<void> {
  const { learner } = applicationSettings(configurationOf(flags, settings).config);
  const { seed, ...modelSet } = modelSettings(learner.model);
  if (flags.ratings === undefined) throw new Misuse('It is not said what to evaluate', 'Give --ratings FILE');
  const { seeds, resamples, checkpoints, order } = flags;
  using kernel = openKernel();
  const found = nonInferiority({
    ratings: await readRatings(flags.ratings),
    seed,
    seeds,
    checkpoints,
    order,
    resamples,
    settings: modelSet,
    eventsPerCut: learner.cutEvery,
    growth: learner.growth,
    kernel,
    reached: ({ events, seed: of }) => process.stderr.write(`judged after ${events} events, seed ${of}\n`),
  });
  print(flags, found, () => nonInferiorityText(found));
}

function sourceOf({ ratings, protocol, train, test, negatives }: Flags): EvaluateSource {
  if (ratings !== undefined && protocol !== undefined) return { protocol, ratings };
  if (train !== undefined && test !== undefined)
    return { protocol: 'files', train, test, ...(negatives === undefined ? {} : { negatives }) };
  throw new Misuse(
    'It is not said what to evaluate',
    `Give --ratings FILE with --protocol (${protocols.join(', ')}), or --train FILE with --test FILE`,
  );
}

async function write(
  { topN, predictions }: Flags,
  model: ModelName,
  judgement: Judgement,
  seed: number,
): Promise<void> {
  process.stderr.write(`judged ${model}, seed ${seed}\n`);
  if (topN !== undefined) await writeLines(fileOf(topN, model), topNRows(judgement));
  if (predictions !== undefined) await writeLines(fileOf(predictions, model), predictionRows(judgement));
}
