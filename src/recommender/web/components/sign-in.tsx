/** Gets credentials for a page: none where nobody is asked, by itself in a demonstration, else from who looks at it. */
import { render } from 'preact';

const kept = 'millrace.token';

interface SignIn {
  readonly required: boolean;
  readonly tokenEndpoint: string | null;
  readonly adminRole: string;
}

/** The token to show; undefined where none is needed. What somebody types is kept until the tab is closed. */
export async function signedIn(place: Element): Promise<string | undefined> {
  const { required, tokenEndpoint, adminRole } = await asked();
  if (!required) return undefined;
  const before = sessionStorage.getItem(kept);
  if (before !== null && (await counts(before))) return before;
  const token = tokenEndpoint === null ? await typed(place) : await demoToken(tokenEndpoint, adminRole);
  sessionStorage.setItem(kept, token);
  return token;
}

/** A server of pages without this file asks nobody. */
async function asked(): Promise<SignIn> {
  const answer = await fetch('/sign-in.json');
  if (!answer.ok) return { required: false, tokenEndpoint: null, adminRole: '' };
  const told = fieldsOf(await answer.json());
  const [required, endpoint, adminRole] = [told['required'], told['tokenEndpoint'], told['adminRole']];
  return { required: required === true, tokenEndpoint: textOrNull(endpoint), adminRole: textOrNull(adminRole) ?? '' };
}

const counts = async (token: string): Promise<boolean> =>
  (await fetch('/v2/models/quality', { headers: { authorization: `Bearer ${token}` } })).ok;

async function demoToken(endpoint: string, role: string): Promise<string> {
  const body = JSON.stringify({ role });
  const answer = await fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return textOrNull(fieldsOf(await answer.json())['access_token']) ?? '';
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const typed = (place: Element): Promise<string> =>
  new Promise(resolve => {
    const show = (problem: string): void => render(<Form problem={problem} take={token => void tried(token)} />, place);
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
