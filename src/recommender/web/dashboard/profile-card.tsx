/** What a user did, newest first, and which genres it was. */
import type { Profile } from '../../api/client/client.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import { many } from './format.ts';
import { GenreTable } from './genre-table.tsx';
import { RatingsTable } from './ratings-table.tsx';
import type { Dashboard } from './store.ts';

interface ProfileCardProps {
  readonly dashboard: Dashboard;
  readonly user: string;
}

export function ProfileCard({ dashboard: { lists }, user }: ProfileCardProps) {
  const known = lists.profile.value;
  const aside = known.value === undefined ? '' : many(known.value.count, 'film');
  return (
    <Card id="profile" title={`What user ${user} has rated`} aside={<p class="as-of">{aside}</p>}>
      <Answered known={known} again={() => lists.reload()} rows={8}>
        {profile => <Had profile={profile} />}
      </Answered>
    </Card>
  );
}

const Had = ({ profile: { items, genres, count } }: { readonly profile: Profile }) =>
  count === 0 ? (
    <Empty title="Nothing yet">Rate a film, and the list above follows.</Empty>
  ) : (
    <div class="profile">
      <GenreTable genres={genres} />
      <RatingsTable items={items} count={count} />
    </div>
  );
