/** Learns every rating, in one task, and publishes each state of the model as a consistent cut. */
import { filter, map, mergeMap, mergeWith, share } from 'rxjs';
import { MillraceError, topology } from '../src/index.ts';
import { Configured, type Signalling } from '../src/recommender/domain/configured.ts';
import { asModelDocuments, asVectorDocument } from '../src/recommender/domain/documents.ts';
import { scoped } from '../src/recommender/domain/tenant.ts';
import { isItemChange, isUserChange } from '../src/recommender/domain/changes.ts';
import { Learner, type LearnerSettings } from '../src/recommender/domain/learner.ts';
import {
  type GenerationSignal,
  isFiled,
  type LearnerInput,
  type PreparedSignal,
} from '../src/recommender/domain/generation-signals.ts';
import type { Train } from '../src/recommender/domain/training.ts';
import { items, itemVectors, modelVersions, ratings, userVectors } from './streams.ts';

/** What the process has beside its log: who decides about generations, keeps their files and trains them. */
export interface Generations {
  /** Decides about what one learner does; asked only where its task runs. */
  signals(learner: Learner): Signalling;
  /** Loads what an adoption names. */
  prepare(signal: GenerationSignal, abort: AbortSignal): Promise<PreparedSignal>;
  readonly train: Train;
}

/** Without `generations` nobody commands any, and a backlog that needs one is trained in the engine's own thread. */
export const trainWith = (settings: LearnerSettings, generations?: Generations) =>
  topology('train', task => {
    const model = task.stateful('model', () => new Learner(settings, generations?.train));
    const signals = task.signals('generations', {
      source: new Configured(settings, model.state, generations?.signals(model.state)),
      prepare: async (signal, abort) => (await generations?.prepare(signal, abort)) ?? withoutFiles(signal),
    });
    const changes = signals.pipe(
      map((signal): LearnerInput => signal),
      mergeWith(
        task.read(ratings, { all: true, invalid: 'ignore' }),
        task.read(items, { all: true, invalid: 'ignore' }),
      ),
      model.apply,
      share(),
    );
    const itemChanges = changes.pipe(
      filter(isItemChange),
      map(({ vector }) => vector),
      share(),
    );
    const userChanges = changes.pipe(filter(isUserChange), share());
    const users = userChanges.pipe(map(({ vector }) => vector));
    itemChanges.subscribe(task.write(itemVectors));
    itemChanges.subscribe(task.replace('itemVectors', { id: ({ id }) => id, body: asVectorDocument }));
    users.subscribe(task.write(userVectors));
    userChanges.subscribe(
      task.replace('userVectors', {
        id: ({ vector }) => vector.id,
        body: ({ vector, isGone }) => (isGone ? null : asVectorDocument(vector)),
      }),
    );

    const versions = task.cuts(itemVectors, userVectors).pipe(
      map(cut => ({ ...model.state.published(), cut, learnt: cut.read })),
      share(),
    );
    versions.subscribe(task.write(modelVersions));
    versions.pipe(mergeMap(version => asModelDocuments(version, model.state))).subscribe(
      task.replace('models', {
        partition: ({ tenant }) => scoped(tenant, 'live'),
        id: () => 'current',
        body: ({ body }) => body,
      }),
    );
  });

/** A plan of a process that had generations, executed by one that has none. */
class NoGenerations extends MillraceError {
  readonly code = 'NO_GENERATIONS';
}

async function withoutFiles(signal: GenerationSignal): Promise<PreparedSignal> {
  if (!isFiled(signal)) return signal;
  throw new NoGenerations(
    `Generation '${signal.name}' is to be ${signal.signal === 'adopt' ? 'adopted' : 'tried out'}, and this process keeps no files of generations`,
    'Run `train` by a command of millrace, or give `trainWith` its generations',
  );
}
