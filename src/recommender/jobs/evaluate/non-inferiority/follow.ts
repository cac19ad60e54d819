import { type Kernel, Model, type ModelSettings, trainGeneration } from '../../../../als/index.ts';
import { trainFirst } from '../first-generation.ts';
import { interactions } from '../interactions.ts';
import { judge } from '../judge.ts';
import { Learnt, vectorsOf } from '../learnt.ts';
import type { Ratings } from '../ratings.ts';
import { trainingInput } from '../training-input.ts';
import { type UserFigures, userFigures } from '../user-figures.ts';
import { overlapOf } from './overlap.ts';
import type { Checkpoint, Stream } from './stream.ts';

/** What happened at one checkpoint of one seed. */
export interface CheckpointFigures {
  readonly seed: number;
  /** Events learnt up to here. */
  readonly events: number;
  /** Since the checkpoint before: generations, and vectors that changed without one. */
  readonly generations: number;
  readonly changed: number;
  /** Held-out ratings that judge it, and users with something relevant among them. */
  readonly ratings: number;
  readonly lists: number;
  /** Places in the lists of the incremental model, and the share whose item the retrain's list holds, too. */
  readonly places: number;
  readonly overlap10: number;
  /** How much greater the implicit loss of the incremental model is, relative to that of the retrain. */
  readonly objectiveGap: number;
}

export interface Reached {
  readonly figures: CheckpointFigures;
  readonly incremental: UserFigures;
  readonly retrain: UserFigures;
}

export interface FollowOptions {
  readonly ratings: Ratings;
  readonly settings: Partial<ModelSettings>;
  readonly eventsPerCut: number;
  /** A generation is trained where there is so many times what the last one was trained on, as in the product. */
  readonly growth: number;
  readonly seed: number;
  readonly kernel: Kernel;
}

/** Learns a stream as the product does, and beside it a retrain of the same events at every checkpoint. */
export function* follow({ rows, first, checkpoints }: Stream, options: FollowOptions): Generator<Reached> {
  const { ratings, settings, eventsPerCut, growth, kernel } = options;
  using model = new Model(settings, { kernel });
  trainFirst(model, ratings, rows.subarray(0, first));
  let [at, trainedAt, generations, changed] = [first, first, 0, 0];
  const learnTo = (end: number): void => {
    const learnt = model.learn(interactions(ratings, rows.subarray(at, end)));
    changed += learnt.users.length + learnt.items.length;
    at = end;
  };
  const train = (): void => {
    model.train();
    [trainedAt, generations] = [at, generations + 1];
  };
  for (const checkpoint of checkpoints) {
    while (at < checkpoint.events) {
      learnTo(Math.min(at + eventsPerCut, checkpoint.events));
      if (at >= growth * trainedAt) train();
    }
    yield reachedBy(model, checkpoint, { ...options, generations, changed });
    [generations, changed] = [0, 0];
  }
}

function reachedBy(
  model: Model,
  { events, split }: Checkpoint,
  {
    ratings,
    settings,
    seed,
    kernel,
    generations,
    changed,
  }: FollowOptions & Pick<CheckpointFigures, 'generations' | 'changed'>,
): Reached {
  const { train } = split;
  const ofIncremental = judge(new Learnt(vectorsOf(model), ratings, train, kernel), split);
  const retrain = trainGeneration(trainingInput(ratings, train, settings), { kernel, losses: 'last' });
  const ofRetrain = judge(new Learnt(retrain, ratings, train, kernel), split);
  const { shared, places } = overlapOf(ofIncremental.lists, ofRetrain.lists);
  const incremental = userFigures(ofIncremental);
  return {
    figures: {
      seed,
      events,
      generations,
      changed,
      ratings: split.test.length,
      lists: incremental.judged.reduce((sum, one) => sum + one, 0),
      places,
      overlap10: shared / places,
      objectiveGap: model.objective() / retrain.objective - 1,
    },
    incremental,
    retrain: userFigures(ofRetrain),
  };
}
