/** Whoever comes without saying who they are chooses a shopper, or becomes a new one. */
import { signal } from '@preact/signals';
import { Answered, Card, Empty } from '../components/card.tsx';
import { many } from '../dashboard/format.ts';
import type { Shop } from './store.ts';

const name = signal('');
const longestName = 64;

export function SignInCard({ shop }: { readonly shop: Shop }) {
  const enter = (user: string): void => shop.address.go(user, 'choice');
  return (
    <Card id="sign-in" title="Who is shopping?">
      <form
        class="new-shopper"
        onSubmit={event => {
          event.preventDefault();
          if (name.peek().trim() !== '') enter(name.peek().trim());
        }}
      >
        <label for="new-shopper">A new shopper’s name</label>
        <input
          id="new-shopper"
          class="field"
          autocomplete="off"
          maxLength={longestName}
          value={name.value}
          onInput={event => (name.value = event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={name.value.trim() === ''}>
          Go shopping
        </button>
      </form>
      <h3>Or somebody the model knows</h3>
      <Answered known={shop.shoppers.value} again={() => shop.askShoppers()} rows={4}>
        {({ users }) =>
          users.length === 0 ? (
            <Empty title="The model knows nobody yet">A new shopper’s first order will be its first event.</Empty>
          ) : (
            <ul class="shoppers">
              {users.map(({ userId, events }) => (
                <li key={userId}>
                  <button type="button" class="button quiet" onClick={() => enter(userId)}>
                    {userId} <span class="detail">{many(events, 'event')}</span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Card>
  );
}
