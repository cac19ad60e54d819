/** How many lines were written and how many were not: plain data, which crosses threads. */
import { type Component, components, type Level, levels } from './logger.ts';

export interface LogFigures {
  readonly component: Component;
  readonly level: Level;
  written: number;
  /** Held back, since the same had been said too often. */
  heldBack: number;
  /** Dropped, since standard error was too slow. */
  dropped: number;
}

export class LogCounts {
  readonly #figures = new Map<string, LogFigures>();

  of(component: Component, level: Level): LogFigures {
    const key = `${component} ${level}`;
    const known = this.#figures.get(key);
    if (known !== undefined) return known;
    const none = { component, level, written: 0, heldBack: 0, dropped: 0 };
    this.#figures.set(key, none);
    return none;
  }

  /** In the order of components and levels. */
  all(): readonly LogFigures[] {
    return components.flatMap(component =>
      levels.flatMap(level => {
        const figures = this.#figures.get(`${component} ${level}`);
        return figures === undefined ? [] : [{ ...figures }];
      }),
    );
  }
}
