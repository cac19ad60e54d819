import { Foremost } from './foremost.ts';
import { compare } from './interaction.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';

type Stale = { readonly side: Side; readonly row: number; readonly staleness: number };

/**
 * Solves the stalest rows again, as many as the cut's events pay for: items, then users. Rows count as stale above the
 * threshold; ties go to items, then by id.
 */
export function refresh(state: ModelState, events: number): number {
  const budget = Math.floor(state.settings.refresh.rowsPerEvent * events);
  if (budget === 0) return 0;
  const chosen = stalest([state.items, state.users], budget);
  const rowsOf = (side: Side): number[] => chosen.filter(entry => entry.side === side).map(({ row }) => row);
  const [items, users] = [rowsOf(state.items), rowsOf(state.users)];
  return state.solve(state.items, items) + state.solve(state.users, users);
}

/** From each side as many as the budget, at least, and then the foremost of them: the cost follows the budget. */
function stalest(sides: readonly Side[], budget: number): readonly Stale[] {
  const chosen = new Foremost<Stale>(budget, staler);
  for (const side of sides) {
    let offered = 0;
    for (const rows of side.staleness.stalest()) {
      for (const row of rows) chosen.offer({ side, row, staleness: side.staleness.get(row) });
      offered += rows.length;
      if (offered >= budget) break;
    }
  }
  return chosen.list;
}

function staler(a: Stale, b: Stale): number {
  return (
    b.staleness - a.staleness || compare(a.side.name, b.side.name) || compare(a.side.idOf(a.row), b.side.idOf(b.row))
  );
}
