/** The whole shop: what is recommended and what there is on the left, basket, way of the order and orders on the right. */
import { useEffect, useRef } from 'preact/hooks';
import { ConnectionState } from '../components/connection-state.tsx';
import { keepFocus } from '../components/kept-focus.ts';
import { ThemeToggle } from '../components/theme-toggle.tsx';
import { many } from '../dashboard/format.ts';
import { countOf } from './basket.ts';
import { BasketCard } from './basket-card.tsx';
import { CatalogueCard } from './catalogue-card.tsx';
import { LoopCard } from './loop-card.tsx';
import { OrdersCard } from './orders-card.tsx';
import { RecommendedCard } from './recommended-card.tsx';
import { SignInCard } from './sign-in-card.tsx';
import type { Shop } from './store.ts';

export function Page({ shop }: { readonly shop: Shop }) {
  const user = shop.session.user.value;
  const main = useRef<HTMLElement>(null);
  const before = useRef(user);
  useEffect(() => {
    document.title = user === undefined ? 'Millrace shop' : `${user} · Millrace shop`;
    // What had the focus is gone with the page before: the keyboard goes on from the top of this one.
    if (before.current !== user) main.current?.focus();
    before.current = user;
  }, [user]);
  useEffect(() => (main.current === null ? undefined : keepFocus(main.current)), []);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the shop
      </a>
      <Head shop={shop} user={user} />
      <main id="main" tabIndex={-1} ref={main} class={user === undefined ? 'outside' : 'inside'}>
        {user === undefined ? (
          <>
            <Welcome />
            <SignInCard shop={shop} />
          </>
        ) : (
          <>
            <h1 class="visually-hidden">The shop for {user}</h1>
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
        <p>A demo: nothing is sold, and nobody is charged. The bundled films are MovieLens, for no commercial use.</p>
        <a href="/">Dashboard</a> <a href="/openapi.json">API</a>
      </footer>
      <p class="visually-hidden" role="status" aria-live="polite" id="news">
        {shop.news.value}
      </p>
    </>
  );
}

const Welcome = () => (
  <section class="welcome">
    <h1>A shop that learns while you look</h1>
    <p>
      Fill a basket and order. Five steps later, within a blink, what is recommended to you has changed, and every
      recommendation says why it is there.
    </p>
  </section>
);

function Head({ shop, user }: { readonly shop: Shop; readonly user: string | undefined }) {
  const { session } = shop;
  const count = countOf(shop.basket.lines.value);
  return (
    <header class={user === undefined ? 'head' : 'head inside-head'}>
      <div class="head-inner">
        <a class="brand" href="/shop">
          <svg viewBox="0 0 32 20" aria-hidden="true">
            <path d="M2 6c4.7-4.5 9.3-4.5 14 0s9.3 4.5 14 0M2 15c4.7-4.5 9.3-4.5 14 0s9.3 4.5 14 0" />
          </svg>
          <span>
            Millrace <span class="roomy">shop</span>
          </span>
        </a>
        {user === undefined ? (
          <span class="gap" />
        ) : (
          <>
            <ConnectionState live={shop.live} time={shop.time.value} />
            <a class="to-basket" href="#basket">
              <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="M2 7h16l-2 10H4zM6.5 7 9 2M13.5 7 11 2" />
              </svg>
              <span class="roomy" aria-hidden="true">
                Basket
              </span>
              <span class="badge" aria-hidden="true">
                {count}
              </span>
              <span class="visually-hidden">Basket, {many(count, 'item')}</span>
            </a>
            <p class="account">
              <span class="who">{user}</span>
              <button type="button" class="button quiet" onClick={() => session.leave()}>
                Sign out
              </button>
            </p>
          </>
        )}
        <ThemeToggle store={shop.theme} />
      </div>
    </header>
  );
}
