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
  const stale = [...staleRows(state.items, threshold), ...staleRows(state.users, threshold)];
  const chosen = stale.sort(staler).slice(0, budget);
  const rowsOf = (side: Side): number[] => chosen.filter(entry => entry.side === side).map(({ row }) => row);
  const [items, users] = [rowsOf(state.items), rowsOf(state.users)];
  return state.solve(state.items, items) + state.solve(state.users, users);
}

function staleRows(side: Side, threshold: number): Stale[] {
  const stale: Stale[] = [];
  for (let row = 0; row < side.size; row++) {
    const staleness = side.staleness.get(row);
    if (staleness > threshold * stalenessSteps) stale.push({ side, row, staleness });
  }
  return stale;
}

function staler(a: Stale, b: Stale): number {
  return (
    b.staleness - a.staleness || compare(a.side.name, b.side.name) || compare(a.side.idOf(a.row), b.side.idOf(b.row))
  );
}
