/** The topologies as they run, asked for every other second while the server is heard; the answer before for rates. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Api, RunningTopologies } from '../../api/client/client.ts';
import { type Known, Resource } from '../components/resource.ts';

const every_ms = 2_000;

export class TopologyStore {
  readonly topologies: ReadonlySignal<Known<RunningTopologies>>;
  readonly before = signal<RunningTopologies | undefined>(undefined);
  /** The one that is shown; the first where it is not there. */
  readonly chosen = signal<string | undefined>(undefined);
  readonly #api: Api;
  readonly #now: () => number;
  readonly #known: Resource<RunningTopologies>;
  #askedAt = 0;

  constructor(api: Api, now: () => number) {
    this.#api = api;
    this.#now = now;
    this.#known = new Resource(now);
    this.topologies = this.#known.known;
  }

  reload(): void {
    this.#askedAt = this.#now();
    void this.#known.ask(async cancel => {
      const next = await this.#api.topologies(cancel);
      this.before.value = this.topologies.peek().value;
      return next;
    });
  }

  /** Told by each sample: somebody looks, and the server is there. */
  heard(): void {
    if (this.#now() - this.#askedAt >= every_ms) this.reload();
  }
}
