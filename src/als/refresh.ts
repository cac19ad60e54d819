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

/** From each side the stalest buckets, with as many rows as the budget at least; then the stalest of these. */
function stalest(sides: readonly Side[], budget: number): readonly Stale[] {
  const offered = sides.map(side => offeredBy(side, budget));
  const least = nthGreatest(
    offered.flatMap(({ staleness }) => staleness),
    budget,
  );
  const chosen: Stale[] = [];
  for (const { side, rows, staleness } of offered)
    for (let n = 0; n < rows.length; n++) {
      const value = staleness[n] ?? 0;
      if (value >= least) chosen.push({ side, row: rows[n] ?? 0, staleness: value });
    }
  return chosen.sort(staler).slice(0, budget);
}

type Offered = { readonly side: Side; readonly rows: readonly number[]; readonly staleness: readonly number[] };

function offeredBy(side: Side, budget: number): Offered {
  const [rows, staleness]: [number[], number[]] = [[], []];
  for (const bucket of side.staleness.stalest()) {
    for (const row of bucket) {
      rows.push(row);
      staleness.push(side.staleness.get(row));
    }
    if (rows.length >= budget) break;
  }
  return { side, rows, staleness };
}

/** The n-th of the values, the greatest first; the least there is where there are fewer. */
function nthGreatest(values: readonly number[], n: number): number {
  if (n > 1) return Float64Array.from(values).sort()[Math.max(0, values.length - n)] ?? 0;
  let greatest = 0;
  for (const value of values) if (value > greatest) greatest = value;
  return greatest;
}

function staler(a: Stale, b: Stale): number {
  return (
    b.staleness - a.staleness || compare(a.side.name, b.side.name) || compare(a.side.idOf(a.row), b.side.idOf(b.row))
  );
}
