/** What was ordered, to give back line by line or as a whole. */
import type { Order } from '../../api/client/shop.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import { Stamp } from './poster.tsx';
import type { Shop } from './store.ts';

export const OrdersCard = ({ shop }: { readonly shop: Shop }) => (
  <Card id="orders" title="Your orders" busy={shop.orders.orders.value.asking}>
    <Answered known={shop.orders.orders.value} again={() => shop.orders.reload()} rows={2}>
      {({ orders }) =>
        orders.length === 0 ? (
          <Empty title="No orders yet">They appear here, and can be returned.</Empty>
        ) : (
          <ul class="orders">
            {orders
              .toSorted((a, b) => (a.placedAt < b.placedAt ? 1 : -1))
              .map(order => (
                <OneOrder key={order.orderId} order={order} shop={shop} />
              ))}
          </ul>
        )
      }
    </Answered>
  </Card>
);

/** With seconds: orders are told apart by it. */
const placed = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

function OneOrder({ order, shop }: { readonly order: Order; readonly shop: Shop }) {
  const stands = order.lines.some(({ standing }) => standing > 0);
  const when = placed.format(new Date(order.placedAt));
  return (
    <li class="order" data-order={order.orderId}>
      <header>
        <h3>Order of {when}</h3>
        {stands ? (
          <button
            type="button"
            class="button quiet"
            aria-disabled={shop.busy.value}
            onClick={() => void shop.cancel(order)}
          >
            Cancel<span class="visually-hidden"> the order of {when}</span>
          </button>
        ) : (
          <span class="as-of">{order.status === 'cancelled' ? 'cancelled' : 'returned'}</span>
        )}
      </header>
      <ul class="goods">
        {order.lines.map(({ itemId, quantity, standing }) => (
          <li key={itemId}>
            <Stamp ware={shop.titles.of(itemId)} />
            <p class="name">
              {shop.titles.nameOf(itemId)}{' '}
              <span class="detail">{quantity === standing ? quantity : `${standing} of ${quantity}`}</span>
            </p>
            {standing > 0 ? (
              <button
                type="button"
                class="button quiet"
                aria-disabled={shop.busy.value}
                onClick={() => void shop.giveBack(order, itemId)}
              >
                Return one<span class="visually-hidden"> {shop.titles.nameOf(itemId)}</span>
              </button>
            ) : null}
          </li>
        ))}
      </ul>
    </li>
  );
}
