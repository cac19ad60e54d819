/** Makes the lists of its users, model version by model version: a list is a function of the version alone. */
import { map, mergeMap, share } from 'rxjs';
import type { ModelSettings } from '../src/als/index.ts';
import { topology } from '../src/index.ts';
import {
  asHistoryDocument,
  asListDocument,
  asProfileDocument,
  asQualityDocument,
  historyPageId,
} from '../src/recommender/domain/documents.ts';
import { defaultLists, Lists, type ListSettings } from '../src/recommender/domain/lists.ts';
import { ownVersion } from '../src/recommender/domain/own-version.ts';
import { defaultSeen, Shelves } from '../src/recommender/domain/shelf.ts';
import { tenantOf } from '../src/recommender/domain/tenant.ts';
import { itemVectors, modelVersions, ratings, recommendations, userVectors } from './streams.ts';

/** What `seen` names stays out of the lists; by `weights` events are judged: whether they say that something is wanted. */
export const recommendWith = (
  settings: ListSettings,
  { seen = defaultSeen, weights }: Partial<Pick<ModelSettings, 'seen' | 'weights'>> = {},
) =>
  topology('recommend', task => {
    const items = task.table(itemVectors, { upTo: modelVersions, broadcast: true });
    const users = task.table(userVectors, { upTo: modelVersions });
    const shelves = task.stateful('seen', () => new Shelves(seen, weights));
    task.read(ratings, { upTo: modelVersions, invalid: 'ignore' }).pipe(shelves.apply).subscribe(task.late());

    const lists = task.stateful('lists', () => new Lists({ items, users, seen: shelves.state }, settings));
    const versions = task.read(modelVersions, { all: true }).pipe(share());
    const made = versions.pipe(lists.apply, share());
    made.subscribe(task.write(recommendations));
    made.subscribe(task.replace('recommendations', { id: ({ userId }) => userId, body: asListDocument }));
    versions
      .pipe(mergeMap(() => lists.state.told()))
      .subscribe(
        task.replace('quality', { partition: () => 'recommend', id: (_, { id }) => id, body: asQualityDocument }),
      );
    versions
      .pipe(mergeMap(() => shelves.state.changedPages()))
      .subscribe(
        task.replace('histories', { partition: ({ userId }) => userId, id: historyPageId, body: asHistoryDocument }),
      );
    versions
      .pipe(
        mergeMap(version => shelves.state.touched().map(userId => ({ userId, version }))),
        map(({ userId, version }) => ({
          userId,
          items: shelves.state.of(userId),
          version: ownVersion(version, tenantOf(userId)),
          list: lists.state.digestFor(userId),
        })),
      )
      .subscribe(task.replace('profiles', { id: ({ userId }) => userId, body: asProfileDocument }));
  });

export const recommend = recommendWith(defaultLists);
