/** What is recommended to the shopper now, and why. */
import type { ListedItem, Why } from '../../api/client/client.ts';
import { Bar } from '../components/bar.tsx';
import { Answered, Card, Empty } from '../components/card.tsx';
import { titleAndYear } from '../dashboard/format.ts';
import { didOf, othersOf } from '../dashboard/why-words.ts';
import { Poster } from './poster.tsx';
import type { Shop } from './store.ts';

/** Why something is there, in the words of a shop. */
const reasons: Readonly<Record<ListedItem['reason'], string>> = {
  personal: 'fits what you like',
  similar: 'like what you like',
  trending: 'wanted much lately',
  popular: 'popular with everybody',
  new: 'new in the shop',
};

export function RecommendedCard({ shop }: { readonly shop: Shop }) {
  const { list } = shop.recommended;
  const version = list.value.value?.modelVersion;
  const aside = version === undefined || version === null ? null : <span class="as-of">model {version}</span>;
  return (
    <Card id="recommended" title="Recommended for you" aside={aside} busy={list.value.asking}>
      <Answered known={list.value} again={() => void shop.recommended.reload()} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing to recommend yet">There is nothing in the shop that the model knows.</Empty>
          ) : (
            <ol class="tiles">
              {items.flatMap(item => [
                <Tile key={item.itemId} item={item} shop={shop} />,
                shop.recommended.chosen.value === item.itemId ? <Reasons key="why" item={item} shop={shop} /> : null,
              ])}
            </ol>
          )
        }
      </Answered>
    </Card>
  );
}

function Tile({ item, shop }: { readonly item: ListedItem; readonly shop: Shop }) {
  const { title } = titleAndYear(item.title);
  const { recommended } = shop;
  const isOpen = recommended.chosen.value === item.itemId;
  const isNew = recommended.changes.value.get(item.itemId)?.kind === 'new';
  return (
    <li class={isNew ? 'tile new' : 'tile'} data-item={item.itemId}>
      <Poster ware={item} />
      <p class="reason" data-reason={item.reason}>
        {isNew ? <span class="mark">New here</span> : null} {reasons[item.reason]}
      </p>
      <div class="tile-actions">
        <button type="button" class="button" onClick={() => shop.put(item)}>
          Add<span class="visually-hidden"> {title} to the basket</span>
        </button>
        <button
          type="button"
          class="button quiet"
          aria-expanded={isOpen}
          onClick={() => recommended.explain(item.itemId)}
        >
          Why?<span class="visually-hidden"> {title}</span>
        </button>
      </div>
    </li>
  );
}

/** A row of its own, under that of its tile. */
const Reasons = ({ item, shop: { recommended } }: { readonly item: ListedItem; readonly shop: Shop }) => (
  <li class="tile-why">
    <div role="group" aria-label={`Why ${titleAndYear(item.title).title}`}>
      <Answered known={recommended.why.value} again={() => recommended.askWhy()} rows={2}>
        {answer => <Because why={answer} title={titleAndYear(item.title).title} />}
      </Answered>
    </div>
  </li>
);

function Because({ why, title }: { readonly why: Why; readonly title: string }) {
  if (why.contributions.length === 0) return <p>{othersOf(why)}</p>;
  const most = Math.max(...why.contributions.map(({ contribution }) => Math.abs(contribution)), Number.MIN_VALUE);
  return (
    <>
      <p>
        <strong>{title}</strong> is here most of all because of
      </p>
      <ul>
        {why.contributions.map(({ itemId, title: own, events, contribution }) => (
          <li key={itemId}>
            <span>{titleAndYear(own).title}</span> <span class="detail">{didOf(events)}</span>
            <Bar share={Math.max(0, contribution) / most} />
          </li>
        ))}
      </ul>
    </>
  );
}
