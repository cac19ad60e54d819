/** The whole page: the user and how good the lists are on the left, what goes on on the right. */
import { useEffect } from 'preact/hooks';
import { Foot } from './foot.tsx';
import { Head } from './head.tsx';
import { ListCard } from './list-card.tsx';
import { LiveCard } from './live-card.tsx';
import { ErrorCard } from './error-card.tsx';
import { ExperimentCard } from './experiment-card.tsx';
import { Nobody } from './nobody.tsx';
import { ProfileCard } from './profile-card.tsx';
import { QualityCard } from './quality-card.tsx';
import { RateCard } from './rate-card.tsx';
import type { Dashboard } from './store.ts';
import { TopologyCard } from './topology-card.tsx';
import { TrendsCard } from './trends-card.tsx';

export function Page({ dashboard }: { readonly dashboard: Dashboard }) {
  const user = dashboard.address.user.value;
  useEffect(() => {
    document.title = user === undefined ? 'Millrace' : `User ${user} · Millrace`;
  }, [user]);
  const nobody = user === undefined || (dashboard.users.value.value?.total === 0 && nothingOf(dashboard));
  return (
    <>
      <a class="skip" href="#main">
        Skip to the recommendations
      </a>
      <Head dashboard={dashboard} />
      <main id="main" tabIndex={-1}>
        <h1 class="visually-hidden">{user === undefined ? 'Recommendations' : `Recommendations for user ${user}`}</h1>
        <div class="column">
          {nobody ? (
            <Nobody users={dashboard.users.value} again={dashboard.askUsers} />
          ) : (
            <>
              <ListCard dashboard={dashboard} user={user} />
              <RateCard lists={dashboard.lists} api={dashboard.api} user={user} />
              <ProfileCard dashboard={dashboard} user={user} />
            </>
          )}
          <QualityCard dashboard={dashboard} />
          <ExperimentCard dashboard={dashboard} />
        </div>
        <div class="column">
          <LiveCard dashboard={dashboard} />
          <ErrorCard dashboard={dashboard} />
          <TrendsCard dashboard={dashboard} />
          <TopologyCard dashboard={dashboard} />
        </div>
      </main>
      <Foot />
      <p class="visually-hidden" role="status" aria-live="polite" id="news">
        {dashboard.lists.news.value}
      </p>
    </>
  );
}

/** A server without any user yet has nothing for the one in the address either. */
const nothingOf = ({ lists }: Dashboard): boolean =>
  lists.list.value.value?.items.length === 0 && lists.profile.value.value?.count === 0;
