/** The genres that a user meets most. */
import type { Profile } from '../../api/client/client.ts';
import { CountedTable } from './counted-table.tsx';
import { orDash } from './format.ts';

const most = 10;

export function GenreTable({ genres }: { readonly genres: Profile['genres'] }) {
  const rows = genres.slice(0, most).map(({ genre, count, mean }) => {
    return { id: genre, name: genre, count, mean: orDash(mean, known => known.toFixed(1)) };
  });
  return <CountedTable class="genres-table" caption="Top genres" heads={['Genre', 'Films']} rows={rows} />;
}
