/** What went wrong between us and the brokers, counted by reason: nothing is got over in silence. */
export interface Trouble {
  /** A short name for counting: `NOT_LEADER_OR_FOLLOWER`, `connection`, `timeout`, `throttled`… */
  readonly reason: string;
  readonly what: string;
}

export type OnTrouble = (trouble: Trouble) => void;

export class Troubles {
  readonly #counts = new Map<string, number>();
  readonly #onTrouble: OnTrouble | undefined;

  constructor(onTrouble: OnTrouble | undefined) {
    this.#onTrouble = onTrouble;
  }

  /** Failures by reason since the log was opened. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  tell(reason: string, what: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.#onTrouble?.({ reason, what });
  }
}
