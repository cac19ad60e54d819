import { Foremost } from './foremost.ts';
import { compare } from './interaction.ts';
import type { Side } from './side.ts';
import { stalenessSteps, type ModelState } from './state.ts';

type Stale = { readonly side: Side; readonly row: number; readonly staleness: number };

/**
 * Solves the stalest rows again, as many as the cut's events pay for: items, then users. Rows count as stale above the
 * threshold; ties go to items, then by id.
 */
export function refresh(state: ModelState, events: number): number {
  const { threshold, rowsPerEvent } = state.settings.refresh;
  const budget = Math.floor(rowsPerEvent * events);
  if (budget === 0) return 0;
  const chosen = new Foremost<Stale>(budget, staler);
  for (const side of [state.items, state.users]) offerStale(side, threshold, chosen);
  const rowsOf = (side: Side): number[] => chosen.list.filter(entry => entry.side === side).map(({ row }) => row);
  const [items, users] = [rowsOf(state.items), rowsOf(state.users)];
  return state.solve(state.items, items) + state.solve(state.users, users);
}

/** Most rows are less stale than the last one chosen: they are passed over by one comparison. */
function offerStale(side: Side, threshold: number, chosen: Foremost<Stale>): void {
  for (let row = 0; row < side.size; row++) {
    const staleness = side.staleness.get(row);
    if (staleness <= threshold * stalenessSteps || staleness < (chosen.last?.staleness ?? 0)) continue;
    chosen.offer({ side, row, staleness });
  }
}

function staler(a: Stale, b: Stale): number {
  return (
    b.staleness - a.staleness || compare(a.side.name, b.side.name) || compare(a.side.idOf(a.row), b.side.idOf(b.row))
  );
}
