import { Hops } from './hops.ts';
import { Panes } from './panes.ts';
import { Periods } from './periods.ts';
import { Sessions } from './sessions.ts';
import { Slides } from './slides.ts';
import type { Windows } from './spec.ts';
import type { StoreOptions, WindowStore } from './store.ts';

/** A store for windows of any kind, with none open. */
export function storeOf<T, A>(windows: Windows, options: StoreOptions<T, A>): WindowStore<T, A> {
  if (windows.kind === 'session') return new Sessions(windows, options);
  if (windows.kind === 'sliding') return new Slides(windows, options);
  const grid = windows.kind === 'calendar' ? new Periods(windows) : new Hops(windows);
  return new Panes(grid, windows.grace, options);
}
