/** A shopper's token: shown with each request, made anew by its issuer before it ends, and kept until the tab is closed. */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Send } from '../components/fetched-events.ts';
import type { Memory } from '../components/memory.ts';
import type { Issued } from '../components/token-issuer.ts';
import type { Lapsed, Session } from './session.ts';

const userPlace = 'millrace.shopper';
const tokenPlace = 'millrace.shopper.token';
/** Of a token's life, at its end: enough for whatever is under way. */
const renewedBefore_ms = 60_000;
const renewedAfter = 0.9;
/** An issuer that fails is not asked again for so long, while its last token counts. */
const renewedAgainAfter_ms = 30_000;

export interface SessionParts {
  /** Gives a token for a name; undefined where shoppers bring a key or token of their own. */
  readonly issue: ((userId: string) => Promise<Issued>) | undefined;
  /** The shopper that a token speaks for, as the server has it. */
  readonly speaksFor: (token: string) => Promise<string>;
  readonly fetch: Send;
  readonly memory: Memory;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Held {
  readonly userId: string;
  readonly token: string;
  /** Infinite where nobody said how long it lasts. */
  readonly renewAt: number;
}

export class SignedSession implements Session {
  readonly way: 'issued' | 'brought';
  readonly #user = signal<string | undefined>(undefined);
  readonly #lapsed = signal<Lapsed | undefined>(undefined);
  readonly #parts: SessionParts;
  #held: Held | undefined;
  #renewal: Promise<Held | undefined> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.way = parts.issue === undefined ? 'brought' : 'issued';
    const [userId, token] = [parts.memory.getItem(userPlace), parts.memory.getItem(tokenPlace)];
    if (userId === null) return;
    // What was kept is not tried out: the first request tells whether it still counts.
    if (token === null) this.#lapsed.value = { userId, cause: undefined };
    else this.#hold({ userId, token, renewAt: Infinity });
  }

  get user(): ReadonlySignal<string | undefined> {
    return this.#user;
  }
  get lapsed(): ReadonlySignal<Lapsed | undefined> {
    return this.#lapsed;
  }

  async enter(what: string): Promise<void> {
    const { issue, speaksFor } = this.#parts;
    const { token, renewAt } =
      issue === undefined ? { token: what, renewAt: Infinity } : this.#timed(await issue(what));
    // Whom it speaks for is the server's to say: it alone has looked at what vouches for it.
    this.#hold({ userId: await speaksFor(token), token, renewAt });
  }

  leave(): void {
    this.#drop(undefined);
  }

  readonly send = async (request: Request): Promise<Response> => {
    const again = request.clone(); // a body can be sent once
    const shown = await this.#fresh();
    const answer = await this.#sendAs(shown, request);
    if (answer.status !== 401 || shown === undefined) return answer;
    const renewed = await this.#renewed(shown).catch((cause: unknown) => this.#lapse(shown, cause));
    if (renewed === undefined) return answer;
    // What was refused so was not done: it is sent once more.
    const second = await this.#sendAs(renewed, again);
    if (second.status === 401) this.#lapse(renewed, undefined);
    return second;
  };

  #sendAs(held: Held | undefined, request: Request): Promise<Response> {
    if (held !== undefined) request.headers.set('authorization', `Bearer ${held.token}`);
    return this.#parts.fetch(request);
  }

  /** What is held, made anew where it ends soon; where that fails it goes on: the server says when it counts no longer. */
  async #fresh(): Promise<Held | undefined> {
    const held = this.#held;
    if (held === undefined || this.#parts.now() < held.renewAt) return held;
    return this.#renewed(held).catch(() => {
      if (this.#held === held) this.#held = { ...held, renewAt: this.#parts.now() + renewedAgainAfter_ms };
      return this.#held;
    });
  }

  /** In place of `old`, by one question for all who wait; undefined where there is none. Rejects as the issuer does. */
  async #renewed(old: Held): Promise<Held | undefined> {
    if (this.#held?.token !== old.token) return this.#successorOf(old);
    const { issue } = this.#parts;
    if (issue === undefined) return this.#lapse(old, undefined);
    this.#renewal ??= this.#renew(old.userId, issue).finally(() => (this.#renewal = undefined));
    await this.#renewal;
    return this.#successorOf(old);
  }

  async #renew(userId: string, issue: (userId: string) => Promise<Issued>): Promise<undefined> {
    const issued = this.#timed(await issue(userId));
    // Who has signed out meanwhile stays so.
    if (this.#held?.userId === userId) this.#hold({ userId, ...issued });
  }

  /** An answer to a token that has been replaced meanwhile says nothing of the new one. */
  #successorOf(old: Held): Held | undefined {
    const held = this.#held;
    return held?.userId === old.userId && held.token !== old.token ? held : undefined;
  }

  #timed({ token, lifetime_ms }: Issued): Pick<Held, 'token' | 'renewAt'> {
    const left_ms = Math.max(lifetime_ms * renewedAfter, lifetime_ms - renewedBefore_ms);
    return { token, renewAt: this.#parts.now() + left_ms };
  }

  #hold(held: Held): void {
    this.#held = held;
    this.#parts.memory.setItem(userPlace, held.userId);
    this.#parts.memory.setItem(tokenPlace, held.token);
    batch(() => {
      this.#lapsed.value = undefined;
      this.#user.value = held.userId;
    });
  }

  #lapse({ userId, token }: Held, cause: unknown): undefined {
    if (this.#held?.token === token) this.#drop({ userId, cause });
  }

  #drop(lapsed: Lapsed | undefined): void {
    this.#held = undefined;
    this.#parts.memory.removeItem(tokenPlace);
    if (lapsed === undefined) this.#parts.memory.removeItem(userPlace);
    batch(() => {
      this.#lapsed.value = lapsed;
      this.#user.value = undefined;
    });
  }
}
