/**
 * Whether anything is still to come of turns in which all tasks run dry. Markers alone can go on for ever: where the log
 * is slower than they are due, there are new ones after each turn. But after as many turns as there are topologies
 * every older one has been heard by all that wait for it.
 */
export class Quiet {
  readonly #topologies: number;
  #moved = -1;
  #turns = 0;

  constructor(topologies: number) {
    this.#topologies = topologies;
  }

  /** After a turn: whether it did anything, and the values that all tasks have read and written up to now. */
  after(worked: boolean, moved: number): boolean {
    this.#turns = this.#moved === moved ? this.#turns + 1 : 0;
    this.#moved = moved;
    return !worked || this.#turns > this.#topologies;
  }
}
