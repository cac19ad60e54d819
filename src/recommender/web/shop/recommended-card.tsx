/** What is recommended to the shopper now, and why. */
import type { ListedItem, Why } from '../../api/client/client.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import { titleAndYear } from '../dashboard/format.ts';
import { why as reasons } from '../dashboard/list-words.ts';
import { didOf, othersOf } from '../dashboard/why-words.ts';
import type { Shop } from './store.ts';

export function RecommendedCard({ shop }: { readonly shop: Shop }) {
  const version = shop.list.value.value?.modelVersion;
  const aside = version === undefined || version === null ? null : <span class="as-of">model {version}</span>;
  return (
    <Card id="recommended" title="Recommended for you" aside={aside}>
      <Answered known={shop.list.value} again={() => shop.askList()} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing to recommend yet">There is nothing in the shop that the model knows.</Empty>
          ) : (
            <ol class="tiles" key={version ?? ''}>
              {items.map(item => (
                <Tile key={item.itemId} item={item} shop={shop} />
              ))}
            </ol>
          )
        }
      </Answered>
    </Card>
  );
}

function Tile({ item, shop }: { readonly item: ListedItem; readonly shop: Shop }) {
  const { title, year } = titleAndYear(item.title);
  const isOpen = shop.chosen.value === item.itemId;
  return (
    <li class="tile" data-item={item.itemId}>
      <p class="title">
        <span class="name">{title}</span> {year === '' ? null : <span class="year">{year}</span>}
      </p>
      <p class="genres">{item.genres.join(' · ')}</p>
      <p class="reason" title={reasons[item.reason]}>
        {item.reason}
      </p>
      <div class="tile-actions">
        <button type="button" class="button" onClick={() => shop.put({ itemId: item.itemId, title })}>
          Add<span class="visually-hidden"> {title} to the basket</span>
        </button>
        <button type="button" class="button quiet" aria-expanded={isOpen} onClick={() => shop.explain(item.itemId)}>
          Why?<span class="visually-hidden"> {title}</span>
        </button>
      </div>
      {isOpen ? (
        <div class="tile-why" role="group" aria-label={`Why ${title}`}>
          <Answered known={shop.why.value} again={() => shop.askWhy()} rows={2}>
            {answer => <Because why={answer} />}
          </Answered>
        </div>
      ) : null}
    </li>
  );
}

function Because({ why }: { readonly why: Why }) {
  if (why.contributions.length === 0) return <p>{othersOf(why)}</p>;
  return (
    <>
      <p>Most of all because of</p>
      <ul>
        {why.contributions.map(({ itemId, title, events }) => (
          <li key={itemId}>
            {titleAndYear(title).title} <span class="detail">{didOf(events)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
