import type { Item } from '../../../schemas/types.ts';

/** What the API and the pages read of an item. */
export type ItemDocument = Pick<Item, 'itemId' | 'title' | 'genres' | 'tags' | 'available'>;

export const asItemDocument = ({ itemId, title, genres, tags, available }: Item): ItemDocument => ({
  itemId,
  title,
  genres,
  tags,
  available,
});
