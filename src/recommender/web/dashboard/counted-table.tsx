/** How often each of some things came, and how it was rated, most often first: a chart that is a table. */
import type { ComponentChildren } from 'preact';
import { Bar } from '../components/bar.tsx';
import { count } from './format.ts';
import { shares } from './list-words.ts';

interface Counted {
  readonly id: string;
  readonly name: ComponentChildren;
  readonly count: number;
  readonly mean: string;
}

interface CountedTableProps {
  /** Of the style sheet. */
  readonly class: string;
  readonly caption: string;
  /** Heads of the columns with the names and the counts. */
  readonly heads: readonly [names: string, counts: string];
  readonly rows: readonly Counted[];
}

export function CountedTable({ class: style, caption, heads: [names, counts], rows }: CountedTableProps) {
  const bars = shares(rows.map(row => row.count));
  return (
    <table class={style}>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{names}</th>
          <th scope="col" class="wide">
            <span class="visually-hidden">Share</span>
          </th>
          <th scope="col" class="number">
            {counts}
          </th>
          <th scope="col" class="number">
            Mean
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, place) => (
          <tr key={row.id}>
            <th scope="row">{row.name}</th>
            <td>
              <Bar share={bars[place] ?? 0} />
            </td>
            <td class="number">{count(row.count)}</td>
            <td class="number">{row.mean}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
