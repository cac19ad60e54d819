/** A shop whose customers rate: it sends until it is told that an event was taken, and remembers what was. */
import { setTimeout } from 'node:timers/promises';
import { Random } from '../support/random.ts';

const users = 60;
/** Of the items that `generate` invents; their ids are numbers from 1. */
const items = 200;
const request_ms = 20_000;
const patience_ms = 240_000;
const again_ms = 100;

export interface Rating {
  readonly eventId: string;
  readonly userId: string;
  readonly itemId: string;
  readonly value: number;
  readonly at: string;
}

export class Shop {
  readonly #acknowledged = new Map<string, Rating>();
  readonly #name: string;
  readonly #random: Random;
  readonly #since: number;
  #next = 0;

  /** `name` is what its event ids begin with; event times follow `since`, a millisecond apart. */
  constructor(name: string, seed: number, since: number) {
    this.#name = name;
    this.#random = new Random(seed);
    this.#since = since;
  }

  /** Ids of the events that were acknowledged. */
  get sent(): string[] {
    return [...this.#acknowledged.keys()];
  }

  /** The newest of them, to be sent once more. */
  again(count: number): Rating[] {
    return [...this.#acknowledged.values()].slice(-count);
  }

  ids(events: readonly Rating[]): string[] {
    return events.map(({ eventId }) => eventId);
  }

  /** One that has sent and drawn the same, for a copy of the deployment. */
  twin(): Shop {
    const twin = new Shop(this.#name, this.#random.seed, this.#since);
    twin.drawn(this.#next);
    for (const [id, event] of this.#acknowledged) twin.#acknowledged.set(id, event);
    return twin;
  }

  /** The next events, the same for every shop of this seed. */
  drawn(count: number): Rating[] {
    return Array.from({ length: count }, () => {
      const n = this.#next++;
      return {
        eventId: `${this.#name}-${n}`,
        userId: `u${this.#random.below(users)}`,
        itemId: String(1 + this.#random.below(items)),
        value: 1 + this.#random.below(5),
        at: new Date(this.#since + n).toISOString(),
      };
    });
  }

  /** In one request, which is sent again until there is an answer; `url` is asked for each time, since a server may move. */
  async send(url: () => string, events: readonly Rating[], key?: string): Promise<void> {
    const init = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ events }),
    };
    for (const end = performance.now() + patience_ms; ; await setTimeout(again_ms)) {
      if (performance.now() > end) throw new Error('Nobody takes the events');
      const signal = AbortSignal.timeout(request_ms);
      const answer = await fetch(`${url()}/v2/ratings/batch`, { ...init, signal }).catch(() => undefined);
      const text = await answer?.text().catch(() => undefined);
      if (answer === undefined || text === undefined || answer.status === 503) continue; // it is down just now
      if (answer.status !== 202) throw new Error(`POST /v2/ratings/batch: ${answer.status} ${text}`);
      if (/"status"/.test(text)) throw new Error(`An event was refused: ${text}`);
      for (const event of events) this.#acknowledged.set(event.eventId, event);
      return;
    }
  }
}
