/** Gets credentials for a page: none where nobody is asked, by itself in a demonstration, else from who looks at it. */
import { render } from 'preact';
import { howToSignIn, opens, tokenFrom } from './token-issuer.ts';

const kept = 'millrace.token';

/** The token to show; undefined where none is needed. It is kept until the tab is closed, and only one that counts. */
export const signedIn = (place: Element): Promise<string | undefined> => untilItWorks(() => tokenOf(place), place);

/** Says what does not work, and tries again once somebody wants to. */
export async function untilItWorks<T>(work: () => Promise<T>, place: Element): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await toldOf(error instanceof Error ? error.message : String(error), place);
    }
  }
}

async function tokenOf(place: Element): Promise<string | undefined> {
  const { required, tokenEndpoint, adminRole } = await howToSignIn();
  if (!required) return undefined;
  const before = sessionStorage.getItem(kept);
  if (before !== null && (await counts(before))) return before;
  const token = tokenEndpoint === null ? await typed(place) : await issued(tokenEndpoint, adminRole);
  sessionStorage.setItem(kept, token);
  return token;
}

async function issued(endpoint: string, role: string): Promise<string> {
  const { token } = await tokenFrom(endpoint, { role });
  if (!(await counts(token))) throw new Error('The server does not trust the token that its issuer gives.');
  return token;
}

const counts = (token: string): Promise<boolean> => opens('/v2/models/quality', token);

const typed = (place: Element): Promise<string> =>
  new Promise((resolve, reject) => {
    const show = (problem: string): void =>
      render(<Form problem={problem} take={token => void tried(token).catch(reject)} />, place);
    const tried = async (token: string): Promise<void> => {
      if (!(await counts(token))) return show('This key or token opens nothing here: it takes one of an admin.');
      render(null, place);
      resolve(token);
    };
    show('');
  });

interface FormProps {
  readonly problem: string;
  readonly take: (token: string) => void;
}

function Form({ problem, take }: FormProps) {
  return (
    <main id="main">
      <form
        class="card"
        onSubmit={event => {
          event.preventDefault();
          const token = new FormData(event.currentTarget).get('token');
          if (typeof token === 'string' && token.trim() !== '') take(token.trim());
        }}
      >
        <h1>Sign in</h1>
        <label for="token">API key or token of an admin</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required />
        <button type="submit">Sign in</button>
        <p role="alert">{problem}</p>
      </form>
    </main>
  );
}

/** Says why nobody is signed in, until somebody wants to try again. */
const toldOf = (problem: string, place: Element): Promise<void> =>
  new Promise(resolve => {
    const again = (): void => {
      render(null, place);
      resolve();
    };
    render(
      <main id="main">
        <div class="card">
          <h1>Not signed in</h1>
          <p role="alert">{problem}</p>
          <button type="button" class="button" onClick={again}>
            Try again
          </button>
        </div>
      </main>,
      place,
    );
  });
