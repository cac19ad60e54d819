import { Foremost } from './foremost.ts';
import { compare } from './interaction.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';

/** Up to here a list that is kept in order is cheaper than sorting. */
const fewRows = 1_000;

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

/** From each side the stalest buckets, with as many rows as the budget at least; then the foremost of these. */
function stalest(sides: readonly Side[], budget: number): readonly Stale[] {
  const candidates: Stale[] = [];
  for (const side of sides) {
    let offered = 0;
    for (const rows of side.staleness.stalest()) {
      for (const row of rows) candidates.push({ side, row, staleness: side.staleness.get(row) });
      offered += rows.length;
      if (offered >= budget) break;
    }
  }
  // Few of many are chosen without sorting them all; many would be moved along one by one.
  if (budget > fewRows) return candidates.sort(staler).slice(0, budget);
  const chosen = new Foremost<Stale>(budget, staler);
  for (const candidate of candidates) chosen.offer(candidate);
  return chosen.list;
}

function staler(a: Stale, b: Stale): number {
  return (
    b.staleness - a.staleness || compare(a.side.name, b.side.name) || compare(a.side.idOf(a.row), b.side.idOf(b.row))
  );
}
