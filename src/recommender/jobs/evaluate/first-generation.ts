import type { Model } from '../../../als/index.ts';
import { interactions } from './interactions.ts';
import type { Ratings, Rows } from './ratings.ts';

/** Events that are objects at the same time. */
const atOnce = 10_000;

/** Lets a new model take rows in, piece by piece, and train its first generation on them, as the product does with a backlog. */
export function trainFirst(model: Model, ratings: Ratings, rows: Rows): void {
  for (let at = 0; at < rows.length; at += atOnce) model.note(interactions(ratings, rows.subarray(at, at + atOnce)));
  model.train();
}
