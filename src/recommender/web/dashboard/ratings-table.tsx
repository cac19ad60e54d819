/** A user's own ratings, newest first. */
import type { Profile } from '../../api/client/client.ts';
import { Stars } from '../components/stars.tsx';
import { count, day, titleAndYear } from './format.ts';

type Had = Profile['items'][number];

interface RatingsTableProps {
  readonly items: readonly Had[];
  /** Of all, also those that are not listed. */
  readonly count: number;
}

export const RatingsTable = ({ items, count: all }: RatingsTableProps) => (
  <div class="scroll" tabIndex={0} role="region" aria-label="Ratings">
    <table class="ratings">
      <caption>{items.length < all ? `The newest ${items.length} of ${count(all)} ratings` : 'Ratings'}</caption>
      <thead>
        <tr>
          <th scope="col">Film</th>
          <th scope="col">Stars</th>
          <th scope="col" class="number">
            Date
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map(had => (
          <Row key={`${had.itemId} ${had.kind}`} had={had} />
        ))}
      </tbody>
    </table>
  </div>
);

function Row({ had }: { readonly had: Had }) {
  const { title, year } = titleAndYear(had.title);
  return (
    <tr>
      <th scope="row">
        {title} <span class="year">{year}</span>
      </th>
      <td class="rated">
        {had.kind === 'rating' ? (
          <>
            <Stars value={had.value} />
            <span class="figure">{had.value.toFixed(1)}</span>
          </>
        ) : (
          `${had.kind} ${had.value}`
        )}
      </td>
      <td class="number">{day(Date.parse(had.at))}</td>
    </tr>
  );
}
