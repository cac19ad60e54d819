import { type Command, Option } from 'commander';
import { modelSettings } from '../../als/index.ts';
import { applicationSettings } from '../../app/config.ts';
import {
  evaluate as evaluateModels,
  type EvaluateSource,
  type Evaluation,
  type Judgement,
  type ModelName,
  modelNames,
  predictionRows,
  protocols,
  topNRows,
} from '../../recommender/jobs/evaluate/index.ts';
import { Misuse } from '../errors.ts';
import { type ConfigFlags, configurationOf, jsonFlag, withSettings } from '../flags.ts';
import { fileOf, writeLines } from '../judged-files.ts';
import { type OutputFlags, print, table } from '../output.ts';

const settings = ['seed', 'factors', 'cutEvery'] as const;

interface Flags extends ConfigFlags, OutputFlags {
  readonly ratings?: string;
  readonly protocol?: (typeof protocols)[number];
  readonly train?: string;
  readonly test?: string;
  readonly negatives?: string;
  readonly topN?: string;
  readonly predictions?: string;
}

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
    .addOption(jsonFlag())
    .action(evaluate);
}

async function evaluate(flags: Flags): Promise<void> {
  const { learner } = applicationSettings(configurationOf(flags, settings).config);
  const { seed, ...modelSet } = modelSettings(learner.model);
  const result = await evaluateModels({
    source: sourceOf(flags),
    seed,
    settings: modelSet,
    eventsPerCut: learner.cutEvery,
    now: () => performance.now(),
    judged: (model, judgement) => write(flags, model, judgement),
  });
  print(flags, result, () => textOf(result));
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

async function write({ topN, predictions }: Flags, model: ModelName, judgement: Judgement): Promise<void> {
  process.stderr.write(`judged ${model}\n`);
  if (topN !== undefined) await writeLines(fileOf(topN, model), topNRows(judgement));
  if (predictions !== undefined) await writeLines(fileOf(predictions, model), predictionRows(judgement));
}

function textOf({ protocol, seed, users, items, models }: Evaluation): string {
  const measures = [
    'rmse',
    'mae',
    'ndcg10',
    'hr10',
    'map10',
    'precision10',
    'recall10',
    'coverage',
    'seconds',
    'seenReturned',
  ] as const;
  const rows = modelNames.map(name => [name, ...measures.map(measure => models[name][measure])]);
  return `${protocol}, seed ${seed}: ${users} users, ${items} items\n${table(['model', ...measures], rows)}`;
}
