import type { Model } from './model.ts';
import { isFactRow } from './rows.ts';
import type { RowValue } from './types.ts';

/** Checkpoint rows with their keys. */
export type Rows = Iterable<readonly [key: string, value: RowValue]>;

/** Rows that are taken in a slice. */
const atOnce = 512;

/** Fills a new model with the facts of another and these vectors, in slices; left early, it gives the new one back. */
export function* filling(twin: Model, facts: Model, vectors: Rows): Generator<undefined, Model> {
  let [rows, isWhole] = [0, false];
  try {
    for (const [key, value] of beside(facts, vectors)) {
      twin.restoreRow(key, value);
      if (++rows % atOnce === 0) yield;
    }
    twin.finishRestore();
    isWhole = true;
    return twin;
  } finally {
    if (!isWhole) twin[Symbol.dispose]();
  }
}

/** All rows of a model but its facts. */
export function* vectorRows(model: Model): Rows {
  for (const { key, write } of model.rows()) if (!isFactRow(key)) yield [key, write()];
}

function* beside(facts: Model, vectors: Rows): Rows {
  for (const { key, write } of facts.rows()) if (isFactRow(key)) yield [key, write()];
  yield* vectors;
}

/** All slices of some work at once. */
export function atOneGo<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const slice = work.next();
    if (slice.done === true) return slice.value;
  }
}
