import { render } from 'preact';
import { createShopApi } from '../../api/client/shop.ts';
import { openTheme } from '../components/theme.ts';
import { openAddress } from '../dashboard/address.ts';
import { Page } from './page.tsx';
import { openShop } from './store.ts';

const place = document.querySelector('#page');
if (place === null) throw new Error('index.html has no place for the page');
const shop = openShop({
  api: createShopApi({ baseUrl: location.origin }),
  address: openAddress(window),
  theme: openTheme(window),
  now: Date.now,
  newOrderId: () => crypto.randomUUID(),
});
render(<Page shop={shop} />, place);
