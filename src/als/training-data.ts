import type { TrainingInput } from './generation.ts';
import type { Entries, SparseRows } from './kernel/entries.ts';
import type { Kernel } from './kernel/kernel.ts';
import { noStars } from './share-code.ts';

/** The same pairs as rows of users and as rows of items, in a kernel's memory. */
export class BothWays implements Disposable {
  readonly users: Entries;
  readonly items: Entries;
  /** Entries with a weight, by row. */
  readonly userCounts: Int32Array;
  readonly itemCounts: Int32Array;

  constructor(kernel: Kernel, byUser: SparseRows, itemRows: number) {
    const byItem = transposed(byUser, itemRows);
    this.users = kernel.entries(byUser);
    this.items = kernel.entries(byItem);
    this.userCounts = countsOf(byUser);
    this.itemCounts = countsOf(byItem);
  }

  [Symbol.dispose](): void {
    this.users[Symbol.dispose]();
    this.items[Symbol.dispose]();
  }
}

/** Preferences with their weights: what the implicit model is trained on. */
export function preferencesOf(kernel: Kernel, input: TrainingInput): BothWays {
  const { starts, items: neighbours, confidences: weights, preferences } = input;
  const targets = Int16Array.from(preferences);
  return new BothWays(kernel, { starts, neighbours, weights, targets }, input.live.items.ids.length);
}

/** Ratings in star units, each with weight 1: what the star model is trained on. */
export function ratingsOf(kernel: Kernel, input: TrainingInput): BothWays {
  const { starts, items: neighbours, stars: targets } = input;
  const weights = Uint16Array.from(targets, stars => (stars === noStars ? 0 : 1));
  return new BothWays(kernel, { starts, neighbours, weights, targets }, input.live.items.ids.length);
}

/** The columns of sparse rows as rows: by counting. */
function transposed(rows: SparseRows, columns: number): SparseRows {
  const starts = startsOfColumns(rows, columns);
  const end = starts.at(-1) ?? 0;
  const [neighbours, weights, targets] = [new Int32Array(end), new Uint16Array(end), new Int16Array(end)];
  const places = starts.slice();
  for (let row = 0; row < rows.starts.length - 1; row++)
    for (let at = rows.starts[row] ?? 0, next = rows.starts[row + 1] ?? 0; at < next; at++) {
      const column = rows.neighbours[at] ?? 0;
      const place = places[column] ?? 0;
      places[column] = place + 1;
      neighbours[place] = row;
      weights[place] = rows.weights[at] ?? 0;
      targets[place] = rows.targets[at] ?? 0;
    }
  return { starts, neighbours, weights, targets };
}

function startsOfColumns({ starts: rows, neighbours }: SparseRows, columns: number): Int32Array {
  const starts = new Int32Array(columns + 1);
  for (let at = 0, end = rows.at(-1) ?? 0; at < end; at++) {
    const next = (neighbours[at] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let column = 0; column < columns; column++)
    starts[column + 1] = (starts[column + 1] ?? 0) + (starts[column] ?? 0);
  return starts;
}

function countsOf({ starts, weights }: SparseRows): Int32Array {
  const counts = new Int32Array(starts.length - 1);
  for (let row = 0; row < counts.length; row++)
    for (let at = starts[row] ?? 0, next = starts[row + 1] ?? 0; at < next; at++)
      if ((weights[at] ?? 0) > 0) counts[row] = (counts[row] ?? 0) + 1;
  return counts;
}
