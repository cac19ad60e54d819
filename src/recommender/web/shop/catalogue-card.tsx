/** Everything there is to buy, by words of its title. */
import { Answered, Card, Empty } from '../components/card.tsx';
import { titleAndYear } from '../dashboard/format.ts';
import type { Shop } from './store.ts';

export const CatalogueCard = ({ shop }: { readonly shop: Shop }) => (
  <Card id="catalogue" title="Browse">
    <form role="search" onSubmit={event => event.preventDefault()}>
      <label for="search" class="visually-hidden">
        Search the catalogue
      </label>
      <input
        id="search"
        type="search"
        class="field"
        autocomplete="off"
        maxLength={100}
        placeholder="Search by title"
        value={shop.query.value}
        onInput={event => shop.search(event.currentTarget.value)}
      />
    </form>
    <Answered known={shop.items.value} again={() => shop.search(shop.query.peek())} rows={6}>
      {({ items, total }) =>
        items.length === 0 ? (
          <Empty title="Nothing has such a title">Try another word of it.</Empty>
        ) : (
          <>
            <ul class="goods">
              {items.map(({ itemId, title, genres }) => (
                <li key={itemId}>
                  <div>
                    <p class="name">{titleAndYear(title).title}</p>
                    <p class="genres">{genres.join(' · ')}</p>
                  </div>
                  <button
                    type="button"
                    class="button quiet"
                    onClick={() => shop.put({ itemId, title: titleAndYear(title).title })}
                  >
                    Add<span class="visually-hidden"> {title} to the basket</span>
                  </button>
                </li>
              ))}
            </ul>
            <p class="as-of">
              {items.length} of {total}
            </p>
          </>
        )
      }
    </Answered>
  </Card>
);
