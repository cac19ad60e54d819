/** Whether something is as it should be, and what else there is to say of it; else why not, for whoever looks. */
export type Verdict = { readonly ok: true; readonly why?: string } | { readonly ok: false; readonly why: string };

/** What an orchestrator asks a process. None of them reaches out: a broker that is away is no reason for a restart. */
export interface Health {
  /** State has been restored. */
  startup(): Verdict;
  /** Event loop and supervisor make progress. */
  live(): Verdict;
  /**
   * Tasks are assigned and restored: requests may come. Who waits for another release to go is ready, and says for which:
   * an update that replaces workers one by one would else never come to the last of the former release.
   */
  ready(): Verdict;
}
