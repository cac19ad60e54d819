/** How good the model is and what was shown: asked for now and then, since both move with many events only. */
import type { ReadonlySignal } from '@preact/signals';
import type { Api, Experiment, ModelQuality } from '../../api/client/client.ts';
import { type Known, Resource } from '../components/resource.ts';

/** Not asked more often than this, and only after new events. */
const every_ms = 10_000;

export class QualityStore {
  readonly quality: ReadonlySignal<Known<ModelQuality | null>>;
  readonly experiment: ReadonlySignal<Known<Experiment>>;
  readonly #api: Api;
  readonly #now: () => number;
  readonly #quality: Resource<ModelQuality | null>;
  readonly #experiment: Resource<Experiment>;
  #records = -1;
  #askedAt = 0;

  constructor(api: Api, now: () => number) {
    this.#api = api;
    this.#now = now;
    this.#quality = new Resource(now);
    this.#experiment = new Resource(now);
    this.quality = this.#quality.known;
    this.experiment = this.#experiment.known;
  }

  reload(): void {
    this.#askedAt = this.#now();
    void this.#quality.ask(cancel => this.#api.modelQuality(cancel));
    void this.#experiment.ask(cancel => this.#api.experiment(cancel));
  }

  /** Told by each sample how many records were read so far. */
  heard(records: number): void {
    if (records === this.#records || this.#now() - this.#askedAt < every_ms) return;
    this.#records = records;
    this.reload();
  }
}
