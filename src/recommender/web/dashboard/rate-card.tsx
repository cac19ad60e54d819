/** Rates any film of the catalogue for the chosen user. */
import { useSignal } from '@preact/signals';
import type { Api, Item, Items } from '../../api/client/client.ts';
import { Card } from '../components/card.tsx';
import { Combobox } from '../components/combobox.tsx';
import type { Matches } from '../components/combobox-state.ts';
import type { ListStore } from './list-store.ts';
import { RateForm } from './rate-form.tsx';

interface RateCardProps {
  readonly api: Api;
  readonly lists: ListStore;
  readonly user: string;
}

export function RateCard({ api, lists, user }: RateCardProps) {
  const film = useSignal<Pick<Item, 'itemId' | 'title'> | undefined>(undefined);
  const chosen = film.value;
  return (
    <Card id="rate" title={`Rate a film as user ${user}`}>
      <Combobox
        id="film"
        label="Film"
        hint="Words of the title"
        value={chosen?.title ?? ''}
        search={async (query, signal) => matchesOf(await api.items(query, signal))}
        choose={({ id, label }) => {
          film.value = { itemId: id, title: label };
        }}
      />
      {chosen === undefined ? null : (
        <RateForm
          key={chosen.itemId}
          name="stars"
          item={chosen}
          lists={lists}
          done={() => {
            film.value = undefined;
          }}
        />
      )}
    </Card>
  );
}

const matchesOf = ({ items, total }: Items): Matches => ({
  options: items.map(({ itemId, title, genres }) => ({ id: itemId, label: title, detail: genres.join(' · ') })),
  total,
});
