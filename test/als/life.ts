import fc from 'fast-check';
import {
  Model,
  type Interaction,
  type Kernel,
  type Learnt,
  type ModelSettings,
  type RowValue,
} from '../../src/als/index.ts';
import { small, someEvents } from './events.ts';

/** What can happen to a model. */
export type Deed =
  | { readonly what: 'learn'; readonly events: readonly Interaction[] }
  | { readonly what: 'train' }
  | { readonly what: 'describe'; readonly item: number; readonly groups: readonly string[] }
  | { readonly what: 'alias' | 'forget'; readonly user: number; readonly other: number };

const group = fc.constantFrom('genre:Drama', 'genre:Comedy', 'tag:noir', 'tag:space');
const deeds: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: someEvents.map((events): Deed => ({ what: 'learn', events })) },
  { weight: 1, arbitrary: fc.constant<Deed>({ what: 'train' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('describe' as const),
      item: fc.nat(8),
      groups: fc.array(group, { maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constantFrom('alias', 'forget'), user: fc.nat(4), other: fc.nat(4) }),
  },
);

/** A life, in which every event has an id and a time of its own. */
export const lives = fc
  .array(deeds, { minLength: 1, maxLength: 8 })
  .map(life =>
    life.map((each, at) =>
      each.what === 'learn'
        ? { ...each, events: each.events.map(event => ({ ...event, eventId: `${at} ${event.eventId}` })) }
        : each,
    ),
  );

/** A model with a checkpoint of its own, as the engine keeps it. */
export class Life {
  model: Model;
  readonly rows = new Map<string, RowValue>();
  readonly #settings: Partial<ModelSettings>;
  readonly #kernel: Kernel | undefined;

  constructor(more: Partial<ModelSettings> = {}, kernel?: Kernel) {
    this.#settings = { ...small, ...more };
    this.#kernel = kernel;
    this.model = this.#new();
  }

  /** What the model answers to a deed, and then is. */
  do(deed: Deed): unknown {
    return [this.#answer(deed), this.model.hash()];
  }

  checkpoint(): void {
    for (const [key, value] of this.model.dirty())
      if (value === null) this.rows.delete(key);
      else this.rows.set(key, value);
    this.model.clean();
  }

  undo(): void {
    this.model.undo(key => this.rows.get(key));
  }

  restart(): void {
    this.model = this.#new();
    for (const [key, value] of this.rows) this.model.restoreRow(key, value);
    this.model.finishRestore();
  }

  #answer(deed: Deed): Learnt {
    if (deed.what === 'learn') return this.model.learn(deed.events);
    if (deed.what === 'train') return this.model.train(2);
    if (deed.what === 'describe') return this.model.describe([{ itemId: `item ${deed.item}`, groups: deed.groups }]);
    if (deed.what === 'forget') return this.model.forget([`user ${deed.user}`]);
    return this.model.alias(`user ${deed.user}`, `user ${deed.other}`);
  }

  #new(): Model {
    return new Model(this.#settings, this.#kernel === undefined ? {} : { kernel: this.#kernel });
  }
}
