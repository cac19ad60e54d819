/** Whoever comes says who they are, or shows what proves it; whose credentials have run out does so again. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { failureWords } from '../components/failure-words.ts';
import { Card } from '../components/card.tsx';
import type { Lapsed, Session } from './session.ts';
import type { Shop } from './store.ts';

const typed = signal('');
const problem = signal('');
const busy = signal(false);

async function enter(session: Session, what: string): Promise<void> {
  if (what === '' || busy.peek()) return;
  busy.value = true;
  problem.value = '';
  try {
    await session.enter(what);
    typed.value = '';
  } catch (error) {
    problem.value = failureWords(error, navigator.onLine);
  } finally {
    busy.value = false;
  }
}

export function SignInCard({ shop: { session, suggested, basket } }: { readonly shop: Shop }) {
  const lapsed = session.lapsed.value;
  const { label, hint, ...input } = ways[session.way];
  useEffect(() => {
    if (lapsed !== undefined && session.way === 'issued') typed.value = lapsed.userId;
  }, [lapsed]);
  return (
    <Card id="sign-in" title={lapsed === undefined ? 'Who is shopping?' : 'Please sign in again'}>
      {lapsed === undefined ? null : <LapsedNote lapsed={lapsed} isEmpty={basket.lines.value.length === 0} />}
      <form
        class="enter"
        onSubmit={event => {
          event.preventDefault();
          void enter(session, typed.peek().trim());
        }}
      >
        <label for="shopper">{label}</label>
        <input
          id="shopper"
          class="field"
          {...input}
          aria-describedby="shopper-hint"
          value={typed.value}
          onInput={event => (typed.value = event.currentTarget.value)}
        />
        <button type="submit" class="button wide" disabled={busy.value || typed.value.trim() === ''}>
          {busy.value ? 'Signing in' : 'Go shopping'}
        </button>
        <p class="detail" id="shopper-hint">
          {hint}
        </p>
        <p class="form-failure" role="alert">
          {problem.value}
        </p>
        {lapsed === undefined ? null : (
          <button type="button" class="link" onClick={() => session.leave()}>
            Leave, and empty the basket
          </button>
        )}
      </form>
      {suggested.length === 0 || lapsed !== undefined ? null : <Suggested session={session} users={suggested} />}
    </Card>
  );
}

function LapsedNote({ lapsed, isEmpty }: { readonly lapsed: Lapsed; readonly isEmpty: boolean }) {
  const { userId, cause } = lapsed;
  return (
    <div class="failed" role="alert">
      <p>
        The sign-in of {userId} has run out
        {cause === undefined ? '. ' : `, and could not be renewed: ${failureWords(cause, navigator.onLine)} `}
        {isEmpty
          ? 'Sign in to go on.'
          : 'The basket is kept: sign in, and order it. It counts once, also where it was sent already.'}
      </p>
    </div>
  );
}

const Suggested = ({ session, users }: { readonly session: Session; readonly users: readonly string[] }) => (
  <>
    <h3>Or be somebody the model knows</h3>
    <ul class="shoppers">
      {users.map(user => (
        <li key={user}>
          <button type="button" class="button quiet" onClick={() => void enter(session, user)}>
            <span class="visually-hidden">Shopper </span>
            {user}
          </button>
        </li>
      ))}
    </ul>
  </>
);

const name = { label: 'Your name', type: 'text', autocomplete: 'off', maxLength: 64 } as const;

const ways = {
  named: { ...name, hint: 'Any name will do: this server serves its own machine, and asks nobody for a proof.' },
  issued: { ...name, hint: 'Any name will do: in this demonstration the issuer of tokens believes everybody.' },
  brought: {
    label: 'Your API key or token',
    type: 'password',
    autocomplete: 'off',
    maxLength: 8_192,
    hint: 'One of a shopper; whoever runs the shop makes it, for instance by `millrace keys create --role shopper`.',
  },
} as const;
