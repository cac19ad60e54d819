/** Chooses a user by the beginning of the id. */
import type { Users } from '../../api/client/client.ts';
import { Combobox } from '../components/combobox.tsx';
import type { Matches } from '../components/combobox-state.ts';
import { many } from './format.ts';
import type { Dashboard } from './store.ts';

export const UserPicker = ({ dashboard: { api, address } }: { readonly dashboard: Dashboard }) => (
  <Combobox
    id="user"
    label="User"
    hint="Search by id"
    value={address.user.value ?? ''}
    search={async (query, signal) => matchesOf(await api.users(query, signal))}
    choose={({ id }) => {
      if (id !== address.user.peek()) address.go(id, 'choice');
    }}
  />
);

const matchesOf = ({ users, total }: Users): Matches => ({
  options: users.map(({ userId, events }) => ({ id: userId, label: userId, detail: many(events, 'event') })),
  total,
});
