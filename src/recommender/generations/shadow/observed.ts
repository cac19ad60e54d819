/** What judges a shadow: the events that come after its cut, and what their users had before it. */
import { fold, type Interaction, isDeletion, type Model } from '../../../als/index.ts';

export interface ObservedUser {
  readonly userId: string;
  /** Items that may not be listed to them, by the policy of the model. */
  readonly seen: readonly string[];
  /** Items that they had rated: their stars were learnt. */
  readonly rated: readonly string[];
}

export interface ObservedEvent {
  readonly userId: string;
  readonly itemId: string;
  /** Null of anything but a rating. */
  readonly stars: number | null;
  /** Whether the table of weights takes it as a sign of liking. */
  readonly isPositive: boolean;
}

export interface Observed {
  readonly users: readonly ObservedUser[];
  readonly events: readonly ObservedEvent[];
}

/** Takes events in the order in which they are learnt, each just before the model learns it, until it has enough. */
export class Observation {
  readonly #model: Pick<Model, 'settings' | 'seen' | 'history'>;
  readonly #wanted: number;
  readonly #users = new Map<string, ObservedUser>();
  readonly #events = new Map<string, ObservedEvent>();

  constructor(model: Pick<Model, 'settings' | 'seen' | 'history'>, wanted: number) {
    this.#model = model;
    this.#wanted = wanted;
  }

  get #isWhole(): boolean {
    return this.#events.size >= this.#wanted;
  }

  get observed(): Observed {
    return { users: [...this.#users.values()], events: [...this.#events.values()] };
  }

  /** An epoch that is done over tells its events again: each id is taken once. Answers whether there are enough. */
  meet(cut: readonly Interaction[]): boolean {
    for (const event of cut) {
      if (this.#isWhole) break;
      if (this.#events.has(event.eventId)) continue;
      this.#meetUser(event.userId);
      this.#events.set(event.eventId, this.#told(event));
    }
    return this.#isWhole;
  }

  /** The first time that they come, all that is known of them is what was known at the cut. */
  #meetUser(userId: string): void {
    if (this.#users.has(userId)) return;
    const history = this.#model.history(userId);
    const rated = history.filter(done => done.kind === 'rating' && !isDeletion(done)).map(({ itemId }) => itemId);
    this.#users.set(userId, { userId, seen: this.#model.seen(userId), rated });
  }

  #told({ userId, itemId, kind, value, time }: Interaction): ObservedEvent {
    const { confidence, preference } = fold(this.#model.settings.weights, { [kind]: { value, time } }, time);
    return {
      userId,
      itemId,
      stars: kind === 'rating' && !isDeletion({ kind, value }) ? value : null,
      isPositive: confidence > 0 && preference === 1,
    };
  }
}
