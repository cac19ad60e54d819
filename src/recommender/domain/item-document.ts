import type { Item } from '../../../schemas/types.ts';
import { scoped } from './tenant.ts';

/** What the API and the pages read of an item. */
export type ItemDocument = Pick<Item, 'itemId' | 'title' | 'genres' | 'tags' | 'available'>;

export const asItemDocument = ({ tenant, itemId, title, genres, tags, available }: Item): ItemDocument => ({
  itemId: scoped(tenant, itemId),
  title,
  genres,
  tags,
  available,
});
