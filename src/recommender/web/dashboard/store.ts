/** All that the page knows and does; components only show it. */
import { effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import type { Api, Users } from '../../api/client/client.ts';
import type { Sample } from '../../api/client/live.ts';
import { type Known, Resource } from '../components/resource.ts';
import type { ThemeStore } from '../components/theme.ts';
import type { Address } from './address.ts';
import { DetailsStore } from './details-store.ts';
import { ExposureStore } from './exposure-store.ts';
import { FiguresStore } from './figures-store.ts';
import { ListStore } from './list-store.ts';
import { type LiveStream, openLive } from './live-stream.ts';
import { QualityStore } from './quality-store.ts';
import { TopologyStore } from './topology-store.ts';
import { TrendsStore } from './trends-store.ts';

const tick_ms = 1_000;

export interface Dashboard {
  readonly api: Api;
  readonly address: Address;
  readonly theme: ThemeStore;
  readonly live: LiveStream;
  /** Ticks each second, so that ages grow. */
  readonly time: ReadonlySignal<number>;
  /** The first users there are; nobody, before the first event. */
  readonly users: ReadonlySignal<Known<Users>>;
  readonly askUsers: () => void;
  readonly lists: ListStore;
  readonly details: DetailsStore;
  readonly exposures: ExposureStore;
  readonly trends: TrendsStore;
  readonly figures: FiguresStore;
  readonly quality: QualityStore;
  readonly topologies: TopologyStore;
}

export interface Parts {
  readonly api: Api;
  /** As `api` shows it; undefined where the server asks for none. */
  readonly token?: string | undefined;
  readonly address: Address;
  readonly theme: ThemeStore;
  readonly now: () => number;
}

/** Begins to listen, and to ask for what the address names. */
export function openDashboard({ api, token, address, theme, now }: Parts): Dashboard {
  const users = new Resource<Users>(now);
  const lists = new ListStore(api, now);
  const details = new DetailsStore(api, now);
  const exposures = new ExposureStore(api, now);
  const quality = new QualityStore(api, now);
  const trends = new TrendsStore(api, now);
  const figures = new FiguresStore(api, now);
  const topologies = new TopologyStore(api, now);
  const askUsers = (): void => void users.ask(cancel => api.users('', cancel));
  const sampled = (sample: Sample): void => {
    figures.heard(sample);
    trends.heard(sample.records);
    quality.heard(sample.records);
    topologies.heard();
    if (users.known.peek().value?.total === 0) askUsers();
  };
  const live = openLive(
    {
      sample: sampled,
      list: ({ userId }) => {
        if (userId === address.user.peek()) lists.reload();
      },
    },
    token,
  );
  const askAll = (): void => {
    askUsers();
    trends.reload();
    figures.reload();
    quality.reload();
    topologies.reload();
  };
  askAll();
  afterAbsence(live, askAll);
  followUser(address, users.known, user => {
    lists.show(user);
    details.show(user);
    live.follow(user);
  });
  const stores = { lists, details, exposures, trends, figures, quality, topologies };
  return { api, address, theme, live, time: ticking(now), users: users.known, askUsers, ...stores };
}

/** Where the address names nobody, the first user stands in. */
function followUser(
  address: Address,
  users: ReadonlySignal<Known<Users>>,
  show: (user: string | undefined) => void,
): void {
  effect(() => {
    const [first] = users.value.value?.users ?? [];
    if (address.user.value === undefined && first !== undefined) address.go(first.userId, 'default');
  });
  effect(() => {
    const user = address.user.value;
    untracked(() => show(user));
  });
}

/** What no event tells has to be asked for once the server is back. */
function afterAbsence({ connection }: LiveStream, ask: () => void): void {
  let away = false;
  effect(() => {
    const now = connection.value;
    if (now === 'open' && away) untracked(ask);
    away = now === 'away' || (away && now !== 'open');
  });
}

function ticking(now: () => number): ReadonlySignal<number> {
  const time = signal(now());
  setInterval(() => {
    time.value = now();
  }, tick_ms);
  return time;
}
