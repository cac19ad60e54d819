/** Everything there is to buy: by shelf, or by words of its title. */
import { Answered, Card, Empty } from '../components/card.tsx';
import { count, titleAndYear } from '../dashboard/format.ts';
import type { CatalogueStore, Shown } from './catalogue-store.ts';
import { Poster } from './poster.tsx';
import type { Shop } from './store.ts';

export function CatalogueCard({ shop }: { readonly shop: Shop }) {
  const { catalogue } = shop;
  return (
    <Card id="catalogue" title="Browse" busy={catalogue.items.value.asking}>
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
          value={catalogue.query.value}
          onInput={event => catalogue.search(event.currentTarget.value)}
        />
      </form>
      <Shelves catalogue={catalogue} />
      <Answered known={catalogue.items.value} again={() => catalogue.open()} rows={6}>
        {shown =>
          shown.items.length === 0 ? (
            <Empty title={catalogue.query.value === '' ? 'This shelf is empty' : 'Nothing has such a title'}>
              {catalogue.query.value === '' ? 'Choose another one.' : 'Try another word of it.'}
            </Empty>
          ) : (
            <Wares shown={shown} shop={shop} />
          )
        }
      </Answered>
    </Card>
  );
}

function Shelves({ catalogue }: { readonly catalogue: CatalogueStore }) {
  const { kind, genre } = catalogue.shelf.value;
  const isSearched = catalogue.query.value !== '';
  const shelf = (name: string, isChosen: boolean, choose: () => void) => (
    <button key={name} type="button" class="chip" aria-pressed={isChosen && !isSearched} onClick={choose}>
      {name}
    </button>
  );
  return (
    <div class="shelves" role="group" aria-label="Shelves">
      {shelf('Popular', kind === 'popular' && genre === undefined, () => catalogue.choose({ kind: 'popular' }))}
      {shelf('Trending', kind === 'trending', () => catalogue.choose({ kind: 'trending' }))}
      {catalogue.genres.value.map(one =>
        shelf(one, genre === one, () => catalogue.choose({ kind: 'popular', genre: one })),
      )}
    </div>
  );
}

const Wares = ({ shown, shop }: { readonly shown: Shown; readonly shop: Shop }) => (
  <>
    <ul class="tiles small">
      {shown.items.map(ware => (
        <li key={ware.itemId} class="tile">
          <Poster ware={ware} />
          <button type="button" class="button quiet" onClick={() => shop.put(ware)}>
            Add<span class="visually-hidden"> {titleAndYear(ware.title).title} to the basket</span>
          </button>
        </li>
      ))}
    </ul>
    <p class="more">
      <span class="as-of">
        {shown.total === null ? `${shown.items.length} shown` : `${shown.items.length} of ${count(shown.total)}`}
      </span>
      {shop.catalogue.hasMore(shown) ? (
        <button type="button" class="button quiet" onClick={() => shop.catalogue.more()}>
          Show more
        </button>
      ) : null}
    </p>
  </>
);
