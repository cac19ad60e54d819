import { render } from 'preact';
import { createApi } from '../../api/client/client.ts';
import { signedIn } from '../components/sign-in.tsx';
import { openTheme } from '../components/theme.ts';
import { openAddress } from './address.ts';
import { Page } from './page.tsx';
import { openDashboard } from './store.ts';

const place = document.querySelector('#page');
if (place === null) throw new Error('index.html has no place for the page');
const token = await signedIn(place);
const dashboard = openDashboard({
  api: createApi({ baseUrl: location.origin, token }),
  token,
  address: openAddress(window),
  theme: openTheme(window),
  now: Date.now,
});
render(<Page dashboard={dashboard} />, place);
