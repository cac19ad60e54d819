import type { SideVectors, TrainingInput } from './generation.ts';
import type { Kernel } from './kernel/kernel.ts';
import { sumOf } from './learn-parts.ts';
import { implicitLoss } from './loss.ts';
import { inputsOf } from './train-parts.ts';

/**
 * The implicit loss of the live vectors that were frozen, over the pairs that were frozen with them: what a training of the
 * same input ends with stands beside it. Its weights are those of the input, so the input has to be one of the live settings.
 */
export const liveObjective = (input: TrainingInput, kernel: Kernel): number =>
  sumOf(inputsOf(input), own => objectiveOf(own, kernel));

function objectiveOf({ live, starts, items, confidences, preferences }: TrainingInput, kernel: Kernel): number {
  const { factors: width, gridExponent } = live.settings;
  using users = kernel.matrix(width, live.users.ids.length);
  using itemsMatrix = kernel.matrix(width, live.items.ids.length);
  fill(users, live.users);
  fill(itemsMatrix, live.items);
  const side = (name: 'users' | 'items', vectors: typeof users) => ({
    vectors,
    unit: 1 << gridExponent[name],
    rows: Array(vectors.rows).keys(),
    size: vectors.rows,
    eventsOf: (row: number) => live[name].events[row] ?? 0,
  });
  return implicitLoss(
    kernel,
    live.settings,
    { users: side('users', users), items: side('items', itemsMatrix) },
    visit => {
      for (let user = 0; user < users.rows; user++)
        for (let at = starts[user] ?? 0, end = starts[user + 1] ?? 0; at < end; at++) {
          const confidence = confidences[at] ?? 0;
          if (confidence > 0) visit(user, items[at] ?? 0, confidence, preferences[at] ?? 0);
        }
    },
  );
}

function fill(
  matrix: { readonly width: number; set(row: number, values: ArrayLike<number>): void },
  { ids, factors }: SideVectors,
): void {
  const { width } = matrix;
  for (const row of ids.keys()) matrix.set(row, factors.subarray(row * width, (row + 1) * width));
}
