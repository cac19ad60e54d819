/** Events in the runs in which a model takes them. */
import type { Interaction } from '../../als/index.ts';
import { compareIds } from './order.ts';
import { tenantOf } from './tenant.ts';
import { isNote, type Learnable, type Note } from './interaction.ts';

export type Run =
  { readonly kind: 'cut'; readonly cut: readonly Interaction[] } | { readonly kind: 'note'; readonly note: Note };

/** The runs of a backlog: those of each tenant by themselves, so that what others did decides no cut. */
export const runsOfBacklog = (events: readonly Learnable[], most: number): Run[] =>
  [...Map.groupBy(events, ({ userId }) => tenantOf(userId))]
    .sort(([a], [b]) => compareIds(a, b))
    .flatMap(([, own]) => runsOf(own, most));

/** The runs of what is one cut but for the notes in it; where there are any, those of each tenant break its own alone. */
export const runsOfCut = (events: readonly Learnable[]): Run[] =>
  events.some(isNote) ? runsOfBacklog(events, Infinity) : runsOf(events);

/** Events in runs that the model takes at once: of so many at most, and broken by notes about users. */
function runsOf(events: readonly Learnable[], most = Infinity): Run[] {
  const runs: Run[] = [];
  let cut: Interaction[] = [];
  const close = (): void => {
    if (cut.length > 0) runs.push({ kind: 'cut', cut });
    cut = [];
  };
  for (const event of events) {
    if (!isNote(event)) cut.push(event);
    if (isNote(event) || cut.length >= most) close();
    if (isNote(event)) runs.push({ kind: 'note', note: event });
  }
  close();
  return runs;
}
