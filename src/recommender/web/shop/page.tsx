/** The whole shop: what there is to buy and what is recommended on the left, basket, way of the order and orders on the right. */
import { useEffect } from 'preact/hooks';
import { Combobox } from '../components/combobox.tsx';
import { ThemeToggle } from '../components/theme-toggle.tsx';
import { ConnectionState } from '../dashboard/connection-state.tsx';
import { many } from '../dashboard/format.ts';
import { BasketCard } from './basket-card.tsx';
import { CatalogueCard } from './catalogue-card.tsx';
import { LoopCard } from './loop-card.tsx';
import { OrdersCard } from './orders-card.tsx';
import { RecommendedCard } from './recommended-card.tsx';
import { SignInCard } from './sign-in-card.tsx';
import type { Shop } from './store.ts';

export function Page({ shop }: { readonly shop: Shop }) {
  const user = shop.address.user.value;
  useEffect(() => {
    document.title = user === undefined ? 'Millrace shop' : `${user} · Millrace shop`;
  }, [user]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the shop
      </a>
      <Head shop={shop} user={user} />
      <main id="main" tabIndex={-1}>
        <h1 class="visually-hidden">{user === undefined ? 'The shop' : `The shop for ${user}`}</h1>
        {user === undefined ? (
          <div class="column">
            <SignInCard shop={shop} />
          </div>
        ) : (
          <>
            <div class="column">
              <RecommendedCard shop={shop} />
              <CatalogueCard shop={shop} />
            </div>
            <div class="column">
              <BasketCard shop={shop} />
              <LoopCard shop={shop} />
              <OrdersCard shop={shop} />
            </div>
          </>
        )}
      </main>
      <footer class="foot">
        <p>A demo on the bundled films (MovieLens, no commercial use). Nothing is sold, and nobody is charged.</p>
        <a href="/">Dashboard</a> <a href="/openapi.json">API</a>
      </footer>
      <p class="visually-hidden" role="status" aria-live="polite" id="news">
        {shop.news.value}
      </p>
    </>
  );
}

function Head({ shop, user }: { readonly shop: Shop; readonly user: string | undefined }) {
  const { api, address } = shop;
  return (
    <header class="head">
      <div class="head-inner">
        <a class="brand" href="/shop">
          <svg viewBox="0 0 32 20" aria-hidden="true">
            <path d="M2 6c4.7-4.5 9.3-4.5 14 0s9.3 4.5 14 0M2 15c4.7-4.5 9.3-4.5 14 0s9.3 4.5 14 0" />
          </svg>
          Millrace shop
        </a>
        <Combobox
          id="user"
          label="Shopper"
          hint="Search by id"
          value={user ?? ''}
          search={async (query, signal) => {
            const { users, total } = await api.shoppers(query, signal);
            const options = users.map(({ userId, events }) => {
              return { id: userId, label: userId, detail: many(events, 'event') };
            });
            return { options, total };
          }}
          choose={({ id }) => {
            if (id !== address.user.peek()) address.go(id, 'choice');
          }}
        />
        <ConnectionState live={shop.live} time={shop.time.value} />
        <ThemeToggle store={shop.theme} />
      </div>
    </header>
  );
}
