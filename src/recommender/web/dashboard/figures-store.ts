/** What the engine and the model do: the newest samples, and the model's error over its versions. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Api, ModelHistory } from '../../api/client/client.ts';
import type { Sample } from '../../api/client/live.ts';
import { type Known, Resource } from '../components/resource.ts';
import { type Version, withModel, withSample } from './live-figures.ts';

export class FiguresStore {
  readonly samples = signal<readonly Sample[]>([]);
  readonly newest: ReadonlySignal<Sample | undefined>;
  readonly history: ReadonlySignal<Known<ModelHistory>>;
  /** The history, and what the samples have told since. */
  readonly versions: ReadonlySignal<readonly Version[]>;
  readonly #api: Api;
  readonly #history: Resource<ModelHistory>;
  readonly #since = signal<readonly Version[]>([]);

  constructor(api: Api, now: () => number) {
    this.#api = api;
    this.#history = new Resource(now);
    this.history = this.#history.known;
    this.newest = computed(() => this.samples.value.at(-1));
    this.versions = computed(() => {
      const known = this.history.value.value?.versions ?? [];
      const names = new Set(known.map(({ version }) => version));
      return [...known, ...this.#since.value.filter(({ version }) => !names.has(version))];
    });
  }

  reload(): void {
    void this.#history.ask(async cancel => {
      const history = await this.#api.modelHistory(cancel);
      this.#since.value = [];
      return history;
    });
  }

  heard(sample: Sample): void {
    this.samples.value = withSample(this.samples.peek(), sample);
    this.#since.value = withModel(this.#since.peek(), sample);
  }
}
