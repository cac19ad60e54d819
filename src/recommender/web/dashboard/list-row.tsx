/** One thing of a list: what it is, how well it fits, why it is there, and stars to answer with. */
import type { ListedItem } from '../../api/client/client.ts';
import { Bar } from '../components/bar.tsx';
import type { DetailsStore } from './details-store.ts';
import { titleAndYear } from './format.ts';
import type { Change } from './list-changes.ts';
import type { ListStore } from './list-store.ts';
import { scoreOf, why } from './list-words.ts';
import { RateForm } from './rate-form.tsx';
import { WhyPanel } from './why-panel.tsx';

interface ListRowProps {
  readonly item: ListedItem;
  readonly place: number;
  /** Of the best score, 0 to 1. */
  readonly share: number;
  readonly change: Change | undefined;
  readonly sent: number | undefined;
  readonly opened: boolean;
  readonly toggle: () => void;
  readonly lists: ListStore;
  readonly details: DetailsStore;
}

export function ListRow({ item, place, share, change, sent, opened, toggle, lists, details }: ListRowProps) {
  const { title, year } = titleAndYear(item.title);
  const isExplained = details.chosen.value === item.itemId;
  return (
    <li class={`row ${change?.kind ?? 'same'}`} data-key={item.itemId}>
      <span class="place">{place}</span>
      <div class="what">
        <p class="title">
          <span class="name">{title}</span> {year === '' ? null : <span class="year">{year}</span>}{' '}
          <Mark change={change} />
        </p>
        <p class="genres">{item.genres.join(' · ')}</p>
      </div>
      <div class="score">
        <span class="figure">
          <span class="visually-hidden">Score </span>
          {scoreOf(item)}
        </span>
        <Bar share={share} />
        <span class="reason" title={why[item.reason]}>
          {item.reason}
        </span>
      </div>
      <div class="row-actions">
        {sent === undefined ? (
          <button type="button" class="button quiet" aria-expanded={opened} onClick={toggle}>
            Rate<span class="visually-hidden"> {item.title}</span>
          </button>
        ) : (
          <span class="sent">rated {sent}</span>
        )}
        <button
          type="button"
          class="button quiet"
          aria-expanded={isExplained}
          onClick={() => details.toggle(item.itemId)}
        >
          Why?<span class="visually-hidden"> {item.title}</span>
        </button>
      </div>
      {opened && sent === undefined ? (
        <div class="row-form">
          <RateForm name={`stars-${item.itemId}`} item={item} lists={lists} done={toggle} />
        </div>
      ) : null}
      {isExplained ? <WhyPanel details={details} name={title} /> : null}
    </li>
  );
}

function Mark({ change }: { readonly change: Change | undefined }) {
  if (change === undefined) return null;
  if (change.kind === 'new') return <span class="mark">new</span>;
  const { by } = change;
  return (
    <span class="mark">
      <span aria-hidden="true">{by > 0 ? '↑' : '↓'}</span>
      <span class="visually-hidden">{by > 0 ? 'up ' : 'down '}</span>
      {Math.abs(by)}
    </span>
  );
}
