/** The genres that a user meets most: a chart that is a table. */
import type { Profile } from '../../api/client/client.ts';
import { Bar } from '../components/bar.tsx';
import { count, orDash } from './format.ts';
import { shares } from './list-words.ts';

const most = 10;

export function GenreTable({ genres }: { readonly genres: Profile['genres'] }) {
  const top = genres.slice(0, most);
  const bars = shares(top.map(genre => genre.count));
  return (
    <table class="genres-table">
      <caption>Top genres</caption>
      <thead>
        <tr>
          <th scope="col">Genre</th>
          <th scope="col" class="wide">
            <span class="visually-hidden">Share</span>
          </th>
          <th scope="col" class="number">
            Films
          </th>
          <th scope="col" class="number">
            Mean
          </th>
        </tr>
      </thead>
      <tbody>
        {top.map((genre, place) => (
          <tr key={genre.genre}>
            <th scope="row">{genre.genre}</th>
            <td>
              <Bar share={bars[place] ?? 0} />
            </td>
            <td class="number">{count(genre.count)}</td>
            <td class="number">{orDash(genre.mean, mean => mean.toFixed(1))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
