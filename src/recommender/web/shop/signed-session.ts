/** A shopper's token: shown with each request until it counts no longer, and kept until the tab is closed. */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { shopperOf, tokenFrom } from '../components/token-issuer.ts';
import type { Session } from './session.ts';

const userPlace = 'millrace.shopper';
const tokenPlace = 'millrace.shopper.token';

interface Held {
  readonly userId: string;
  readonly token: string;
}

export class SignedSession implements Session {
  readonly way: 'issued' | 'brought';
  readonly #user = signal<string | undefined>(undefined);
  readonly #lapsed = signal<string | undefined>(undefined);
  readonly #endpoint: string | null;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  #held: Held | undefined;

  /** @param endpoint of the issuer; null where shoppers bring a key or token of their own */
  constructor(endpoint: string | null, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#endpoint = endpoint;
    this.#storage = storage;
    this.way = endpoint === null ? 'brought' : 'issued';
    // What was kept is not tried out: the first request tells whether it still counts.
    const [userId, token] = [storage.getItem(userPlace), storage.getItem(tokenPlace)];
    if (userId !== null && token !== null) this.#hold({ userId, token });
  }

  get user(): ReadonlySignal<string | undefined> {
    return this.#user;
  }
  get lapsed(): ReadonlySignal<string | undefined> {
    return this.#lapsed;
  }

  async enter(what: string): Promise<void> {
    const token = this.#endpoint === null ? what : await tokenFrom(this.#endpoint, { userId: what });
    // Whom it speaks for is the server's to say: it alone has looked at what vouches for it.
    this.#hold({ userId: await shopperOf(token), token });
  }

  leave(): void {
    this.#drop(undefined);
  }

  readonly send = async (request: Request): Promise<Response> => {
    const shown = this.#held;
    if (shown !== undefined) request.headers.set('authorization', `Bearer ${shown.token}`);
    const answer = await fetch(request);
    // An answer to a token that has been replaced meanwhile says nothing of the new one.
    if (answer.status === 401 && shown !== undefined && shown === this.#held) this.#drop(shown.userId);
    return answer;
  };

  #hold(held: Held): void {
    this.#held = held;
    this.#storage.setItem(userPlace, held.userId);
    this.#storage.setItem(tokenPlace, held.token);
    batch(() => {
      this.#lapsed.value = undefined;
      this.#user.value = held.userId;
    });
  }

  #drop(lapsed: string | undefined): void {
    this.#held = undefined;
    for (const place of [userPlace, tokenPlace]) this.#storage.removeItem(place);
    batch(() => {
      this.#lapsed.value = lapsed;
      this.#user.value = undefined;
    });
  }
}
