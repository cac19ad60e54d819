/** What went wrong between us and the brokers, counted by reason: nothing is got over in silence. */
export class Troubles {
  readonly #counts = new Map<string, number>();

  /** Failures by reason since the log was opened: `NOT_LEADER_FOR_PARTITION`, `connection`, `throttled`… */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  tell(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }
}
