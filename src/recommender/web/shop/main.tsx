import { render } from 'preact';
import { createShopApi } from '../../api/client/shop.ts';
import { memoryOf } from '../components/memory.ts';
import { untilItWorks } from '../components/sign-in.tsx';
import { openTheme } from '../components/theme.ts';
import { howToSignIn } from '../components/token-issuer.ts';
import { openAddress } from '../dashboard/address.ts';
import { KeptBasket } from './kept-basket.ts';
import { Page } from './page.tsx';
import { openSession } from './open-session.ts';
import { openShop } from './store.ts';

const place = document.querySelector('#page');
if (place === null) throw new Error('index.html has no place for the page');
const theme = openTheme(window);
const signIn = await untilItWorks(howToSignIn, place);
const memory = memoryOf(window, 'sessionStorage');
const session = openSession(signIn, openAddress(window), memory);
const shop = openShop({
  api: createShopApi({ baseUrl: location.origin, send: session.send }),
  session,
  kept: new KeptBasket(memory),
  suggested: signIn.suggested,
  theme,
  now: Date.now,
  isOnline: () => navigator.onLine,
  newOrderId: () => crypto.randomUUID(),
});
render(<Page shop={shop} />, place);
