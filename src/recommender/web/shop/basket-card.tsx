/** What is about to be ordered, and what goes with it. */
import type { ItemList } from '../../api/client/client.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import { many, titleAndYear } from '../dashboard/format.ts';
import { type BasketLine, countOf, mostOfALine } from './basket.ts';
import { Stamp } from './poster.tsx';
import type { Shop } from './store.ts';

export function BasketCard({ shop }: { readonly shop: Shop }) {
  const lines = shop.basket.lines.value;
  return (
    <Card id="basket" title="Basket" aside={<span class="as-of">{many(countOf(lines), 'item')}</span>}>
      {shop.failure.value === undefined ? null : (
        <div class="failed" role="alert">
          <p>{shop.failure.value}</p>
        </div>
      )}
      {lines.length === 0 ? (
        <Empty title="It is empty">Add something: each order teaches the model.</Empty>
      ) : (
        <>
          <ul class="goods">
            {lines.map(line => (
              <Line key={line.itemId} line={line} shop={shop} />
            ))}
          </ul>
          <button type="button" class="button wide" aria-disabled={shop.busy.value} onClick={() => void shop.order()}>
            {shop.busy.value ? 'Ordering' : 'Order'}
          </button>
          <Answered known={shop.basket.fitting.value} again={() => shop.basket.askFitting()} rows={1}>
            {list => <GoesWith list={list} shop={shop} />}
          </Answered>
        </>
      )}
    </Card>
  );
}

function Line({ line, shop }: { readonly line: BasketLine; readonly shop: Shop }) {
  const { quantity } = line;
  const { title } = titleAndYear(line.title);
  return (
    <li>
      <Stamp ware={line} />
      <p class="name">{title}</p>
      <div class="quantity" role="group" aria-label={`Quantity of ${title}`}>
        <button type="button" class="button quiet" onClick={() => shop.setQuantity(line, quantity - 1)}>
          <span aria-hidden="true">−</span>
          <span class="visually-hidden">One less of {title}</span>
        </button>
        <span class="count">{quantity}</span>
        <button
          type="button"
          class="button quiet"
          aria-disabled={quantity >= mostOfALine}
          onClick={() => shop.setQuantity(line, quantity + 1)}
        >
          <span aria-hidden="true">+</span>
          <span class="visually-hidden">One more of {title}</span>
        </button>
      </div>
    </li>
  );
}

/** What stands in where the model knows nothing of the basket is not called fitting. */
function GoesWith({ list, shop }: { readonly list: ItemList; readonly shop: Shop }) {
  const suggested = shop.basket.suggestions(list, shop.orders.kept);
  if (suggested.length === 0) return null;
  const isFitting = suggested.some(({ reason }) => reason === 'personal' || reason === 'similar');
  return (
    <div class="goes-with">
      <h3>{isFitting ? 'Goes with your basket' : 'Others like'}</h3>
      <ul>
        {suggested.map(item => (
          <li key={item.itemId}>
            <button type="button" class="chip" onClick={() => shop.put(item)}>
              <span aria-hidden="true">+ </span>
              <span class="visually-hidden">Add </span>
              {titleAndYear(item.title).title}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
