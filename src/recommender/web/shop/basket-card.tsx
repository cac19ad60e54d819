/** What is about to be ordered, and what goes with it. */
import type { ItemList } from '../../api/client/client.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import { titleAndYear } from '../dashboard/format.ts';
import { type BasketLine, countOf, mostOfALine } from './basket.ts';
import type { Shop } from './store.ts';

export function BasketCard({ shop }: { readonly shop: Shop }) {
  const basket = shop.basket.value;
  const count = countOf(basket);
  return (
    <Card id="basket" title="Basket" aside={<span class="as-of">{count === 1 ? '1 item' : `${count} items`}</span>}>
      {shop.failure.value === undefined ? null : (
        <div class="failed" role="alert">
          <p>{shop.failure.value}</p>
        </div>
      )}
      {basket.length === 0 ? (
        <Empty title="It is empty">Add something: each order teaches the model.</Empty>
      ) : (
        <>
          <ul class="goods">
            {basket.map(line => (
              <Line key={line.itemId} line={line} shop={shop} />
            ))}
          </ul>
          <button type="button" class="button wide" disabled={shop.busy.value} onClick={() => void shop.order()}>
            {shop.busy.value ? 'Ordering' : 'Order'}
          </button>
          <Answered known={shop.alike.value} again={() => {}} rows={1}>
            {list => <GoesWith list={list} last={basket.at(-1)?.title ?? ''} shop={shop} />}
          </Answered>
        </>
      )}
    </Card>
  );
}

function Line({ line: { itemId, title, quantity }, shop }: { readonly line: BasketLine; readonly shop: Shop }) {
  return (
    <li>
      <p class="name">{title}</p>
      <div class="quantity" role="group" aria-label={`Quantity of ${title}`}>
        <button type="button" class="button quiet" onClick={() => shop.setQuantity(itemId, quantity - 1)}>
          <span aria-hidden="true">−</span>
          <span class="visually-hidden">One less of {title}</span>
        </button>
        <span class="count">{quantity}</span>
        <button
          type="button"
          class="button quiet"
          disabled={quantity >= mostOfALine}
          onClick={() => shop.setQuantity(itemId, quantity + 1)}
        >
          <span aria-hidden="true">+</span>
          <span class="visually-hidden">One more of {title}</span>
        </button>
      </div>
    </li>
  );
}

interface GoesWithProps {
  readonly list: ItemList;
  readonly last: string;
  readonly shop: Shop;
}

/** What stands in for likeness where there is none is not called alike. */
function GoesWith({ list, last, shop }: GoesWithProps) {
  const inBasket = new Set(shop.basket.value.map(({ itemId }) => itemId));
  const alike = list.items.filter(({ reason, itemId }) => reason === 'similar' && !inBasket.has(itemId));
  if (alike.length === 0) return null;
  return (
    <div class="goes-with">
      <h3>Goes with {last}</h3>
      <ul>
        {alike.map(({ itemId, title }) => (
          <li key={itemId}>
            <button
              type="button"
              class="button quiet"
              onClick={() => shop.put({ itemId, title: titleAndYear(title).title })}
            >
              <span class="visually-hidden">Add </span>
              {titleAndYear(title).title}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
