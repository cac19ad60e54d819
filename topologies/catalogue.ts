/** Keeps the served documents of the items as the catalogue has them. */
import { topology } from '../src/index.ts';
import { asItemDocument } from '../src/recommender/domain/item-document.ts';
import { scoped } from '../src/recommender/domain/tenant.ts';
import { items } from './streams.ts';

export const catalogue = topology('catalogue', task => {
  task
    .read(items)
    .subscribe(task.replace('items', { id: item => scoped(item.tenant, item.itemId), body: asItemDocument }));
});
