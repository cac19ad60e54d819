/** The board of a window. */
import type { Trends } from '../../api/client/client.ts';
import { Bar } from '../components/bar.tsx';
import { Empty } from '../components/card.tsx';
import { count, titleAndYear, windowRange } from './format.ts';
import { shares } from './list-words.ts';

interface TrendsTableProps {
  readonly board: Trends;
  readonly chosen: string | undefined;
  readonly choose: (itemId: string) => void;
}

export function TrendsTable({ board: { window, start, end, items }, chosen, choose }: TrendsTableProps) {
  if (start === null || end === null || items.length === 0)
    return <Empty title={`No ${window} window yet`}>The first one opens with the first rating.</Empty>;
  const bars = shares(items.map(item => item.count));
  return (
    <table class="trends">
      <caption>{windowRange(Date.parse(start), Date.parse(end))}</caption>
      <thead>
        <tr>
          <th scope="col">Film</th>
          <th scope="col" class="wide">
            <span class="visually-hidden">Share</span>
          </th>
          <th scope="col" class="number">
            Ratings
          </th>
          <th scope="col" class="number">
            Mean
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ itemId, title, count: ratings, mean }, place) => (
          <tr key={itemId}>
            <th scope="row">
              <button type="button" class="link" aria-expanded={chosen === itemId} onClick={() => choose(itemId)}>
                {titleAndYear(title).title}
              </button>
            </th>
            <td>
              <Bar share={bars[place] ?? 0} />
            </td>
            <td class="number">{count(ratings)}</td>
            <td class="number">{mean.toFixed(1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
