/** Learns every rating, in one task, and publishes each state of the model as a consistent cut. */
import { filter, map, share } from 'rxjs';
import { topology } from '../src/index.ts';
import { asModelDocument, asVectorDocument } from '../src/recommender/domain/documents.ts';
import { isItemChange, isUserChange, Learner, type LearnerSettings } from '../src/recommender/domain/learner.ts';
import { itemVectors, modelVersions, ratings, userVectors } from './streams.ts';

export const trainWith = (settings: LearnerSettings) =>
  topology('train', task => {
    const model = task.stateful('model', () => new Learner(settings));
    const changes = task.read(ratings, { all: true, invalid: 'ignore' }).pipe(model.apply, share());
    const items = changes.pipe(
      filter(isItemChange),
      map(({ vector }) => vector),
      share(),
    );
    const users = changes.pipe(
      filter(isUserChange),
      map(({ vector }) => vector),
      share(),
    );
    items.subscribe(task.write(itemVectors));
    items.subscribe(task.replace('itemVectors', { id: ({ id }) => id, body: asVectorDocument }));
    users.subscribe(task.write(userVectors));
    users.subscribe(task.replace('userVectors', { id: ({ id }) => id, body: asVectorDocument }));

    const versions = task.cuts(itemVectors, userVectors).pipe(
      map(cut => ({ ...model.state.published(), cut, learnt: cut.read })),
      share(),
    );
    versions.subscribe(task.write(modelVersions));
    versions.subscribe(
      task.replace('models', {
        partition: () => 'live',
        id: () => 'current',
        body: version => asModelDocument(version, model.state.model),
      }),
    );
  });
