import type { Kernel } from './kernel/kernel.ts';
import { implicitLoss } from './loss.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';

/** The implicit loss of the vectors of a part as they are: what a training makes small. */
export function lossOf({ users, items, pairs, settings }: ModelState, kernel: Kernel): number {
  const side = (own: Side) => ({
    vectors: own.vectors,
    unit: own.unit,
    rows: own.ids.rows(),
    size: own.size,
    eventsOf: (row: number) => own.events.get(row),
  });
  return implicitLoss(kernel, settings, { users: side(users), items: side(items) }, visit => {
    for (let pair = 0; pair < pairs.size; pair++) {
      const weight = pairs.weightOf(pair);
      if (weight > 0) visit(pairs.userOf(pair), pairs.itemOf(pair), weight, pairs.preferenceOf(pair));
    }
  });
}
