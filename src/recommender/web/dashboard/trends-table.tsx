/** The board of a window. */
import type { Trends } from '../../api/client/client.ts';
import { Empty } from '../components/card.tsx';
import { CountedTable } from './counted-table.tsx';
import { titleAndYear, windowRange } from './format.ts';

interface TrendsTableProps {
  readonly board: Trends;
  readonly chosen: string | undefined;
  readonly choose: (itemId: string) => void;
}

export function TrendsTable({ board: { window, start, end, items }, chosen, choose }: TrendsTableProps) {
  if (start === null || end === null || items.length === 0)
    return <Empty title={`No ${window} window yet`}>The first one opens with the first rating.</Empty>;
  const rows = items.map(({ itemId, title, count, mean }) => {
    const name = (
      <button type="button" class="link" aria-expanded={chosen === itemId} onClick={() => choose(itemId)}>
        {titleAndYear(title).title}
      </button>
    );
    return { id: itemId, name, count, mean: mean.toFixed(1) };
  });
  const caption = windowRange(Date.parse(start), Date.parse(end));
  return <CountedTable class="trends" caption={caption} heads={['Film', 'Ratings']} rows={rows} />;
}
