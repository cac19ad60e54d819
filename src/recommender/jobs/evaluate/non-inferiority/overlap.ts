import type { Lists } from '../judge.ts';
import { listLength } from '../list-length.ts';
import { at } from '../ratings.ts';

/** Places of lists whose items another model's list of the same user holds, too, and how many places there are. */
export function overlapOf(lists: Lists, others: Lists): { readonly shared: number; readonly places: number } {
  let [shared, places] = [0, 0];
  for (let list = 0; list < lists.users.length; list++) {
    const [from, to] = [list * listLength, (list + 1) * listLength];
    const other = new Set(others.items.subarray(from, to));
    for (let place = from; place < to; place++) {
      if (at(lists.items, place) < 0) continue;
      places++;
      if (other.has(at(lists.items, place))) shared++;
    }
  }
  return { shared, places };
}
