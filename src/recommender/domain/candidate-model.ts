/**
 * The model of the generation that is tried out beside the live one. It learns what that learns, so that both know the same
 * facts: these are stored once, with the live model, and only its vectors are stored beside.
 */
import { type Generation, isFactRow, type Learnt, type Model, type Numbered, type RowValue } from '../../als/index.ts';

const prefix = 'candidate/';

export class CandidateModel {
  readonly #live: Model;
  #model: Model | undefined;
  /** The one whose vectors the checkpoint holds. */
  #stored: Model | undefined;
  /** Of the open epoch: those that were begun, and those that have changed places with the live one, in this order. */
  #begun: Model[] = [];
  #exchanged: Model[] = [];
  /** Rows of a checkpoint, until the facts have come. */
  readonly #held = new Map<string, RowValue>();

  constructor(live: Model) {
    this.#live = live;
  }

  /** Undefined while there is no experiment. */
  get model(): Model | undefined {
    return this.#model;
  }

  /**
   * Begins with what the live model knows, and the vectors of a generation, in slices between which others may have their
   * turn. @throws {UnusableModelState}
   */
  *starting(generation: Generation, as: Numbered): Generator<undefined, Learnt> {
    const model = yield* this.#live.twinning();
    this.#begun.push(model);
    const learnt = yield* model.adopting(generation, as);
    this.#model = model;
    return learnt;
  }

  stop(): void {
    this.#model = undefined;
  }

  /** It becomes the live model as it is, to the bit, and there is no candidate any more. */
  promote(): void {
    if (this.#model === undefined) return;
    this.#live.exchange(this.#model);
    this.#exchanged.push(this.#model);
    this.#model = undefined;
  }

  *changes(): Iterable<readonly [key: string, value: RowValue | null]> {
    if (this.#model === this.#stored) {
      for (const [key, value] of this.#model?.dirty() ?? []) if (!isFactRow(key)) yield [prefix + key, value];
      return;
    }
    const written = new Set<string>();
    for (const { key, write } of vectorsOf(this.#model)) {
      written.add(key);
      yield [prefix + key, write()];
    }
    for (const key of storedKeysOf(this.#stored)) if (!written.has(key)) yield [prefix + key, null];
  }

  committed(): void {
    this.#end(this.#model);
    this.#model?.clean();
  }

  /** To be called before the live model's own: what has changed places goes back to its own. */
  undo(read: (key: string) => RowValue | undefined): void {
    for (const exchanged of this.#exchanged.toReversed()) this.#live.exchange(exchanged);
    this.#end(this.#stored);
    this.#model?.undo(key => read(isFactRow(key) ? key : prefix + key));
  }

  /** Whether the key was one of these. */
  restore(key: string, value: RowValue): boolean {
    if (!key.startsWith(prefix)) return false;
    this.#held.set(key.slice(prefix.length), value);
    return true;
  }

  /** To be called once the live model is whole. */
  restored(): void {
    if (this.#held.size === 0) return;
    this.#end(this.#live.twin(this.#held));
    this.#held.clear();
  }

  /** The epoch is over, and all that are neither live nor this one are given back. */
  #end(model: Model | undefined): void {
    for (const other of new Set([this.#stored, ...this.#begun])) if (other !== model) other?.[Symbol.dispose]();
    this.#begun = [];
    this.#exchanged = [];
    this.#stored = model;
    this.#model = model;
  }
}

function* vectorsOf(model: Model | undefined) {
  for (const row of model?.rows() ?? []) if (!isFactRow(row.key)) yield row;
}

/** Also those of users whom the model has forgotten since. */
function* storedKeysOf(model: Model | undefined): Iterable<string> {
  for (const { key } of vectorsOf(model)) yield key;
  for (const [key, value] of model?.dirty() ?? []) if (value === null && !isFactRow(key)) yield key;
}
