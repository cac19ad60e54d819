/** The ten things recommended to a user, and how they came about. */
import { useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { ItemList } from '../../api/client/client.ts';
import { Answered, Card, Empty } from '../components/card.tsx';
import { useGlide } from '../components/flip.ts';
import { ListRow } from './list-row.tsx';
import { provenance, shares } from './list-words.ts';
import type { Dashboard } from './store.ts';
import { useVisibleRows } from './visible-rows.ts';

interface ListCardProps {
  readonly dashboard: Dashboard;
  readonly user: string;
}

export function ListCard({ dashboard, user }: ListCardProps) {
  const { lists, time } = dashboard;
  const known = lists.list.value;
  const aside = known.value === undefined ? '' : provenance(known.value, Math.max(0, time.value - known.at));
  return (
    <Card id="list" title={`Top 10 for user ${user}`} aside={<p class="as-of">{aside}</p>}>
      <Answered known={known} again={() => lists.reload()} rows={10}>
        {list =>
          list.items.length === 0 ? (
            <Empty title="Nothing to recommend yet">The first list comes with the first ratings and items.</Empty>
          ) : (
            <Rows dashboard={dashboard} list={list} user={user} />
          )
        }
      </Answered>
    </Card>
  );
}

function Rows({ dashboard, list, user }: ListCardProps & { readonly list: ItemList }) {
  const { lists, details, exposures } = dashboard;
  const { items, listId } = list;
  const rows = useRef<HTMLOListElement>(null);
  const opened = useSignal<string | undefined>(undefined);
  useGlide(rows);
  useVisibleRows(rows, listId, visible => exposures.see(user, list, visible));
  const bars = shares(items.map(({ score }) => score));
  return (
    <ol class="list" ref={rows}>
      {items.map((item, place) => (
        <ListRow
          key={item.itemId}
          item={item}
          place={place + 1}
          share={bars[place] ?? 0}
          change={lists.changes.value.get(item.itemId)}
          sent={lists.sent.value.get(item.itemId)}
          opened={opened.value === item.itemId}
          toggle={() => {
            opened.value = opened.peek() === item.itemId ? undefined : item.itemId;
          }}
          lists={lists}
          details={details}
        />
      ))}
    </ol>
  );
}
