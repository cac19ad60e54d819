/** Whether something is as it should be; else why not, for whoever looks. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** What an orchestrator asks a process. None of them reaches out: a broker that is away is no reason for a restart. */
export interface Health {
  /** State has been restored. */
  startup(): Verdict;
  /** Event loop and supervisor make progress. */
  live(): Verdict;
  /** Tasks are assigned and restored: requests may come. */
  ready(): Verdict;
}
