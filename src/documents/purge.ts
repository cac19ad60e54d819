/** What documents in a file of our own offer beside their port: where deletions are real there is nothing to purge. */
export interface DocumentPurge {
  /**
   * Removes what is left of removed documents; answers how many there were. Of each collection the newest of its changes
   * stays as a removed document of nobody, where it would go: a reader of the feed that stands there still stands within
   * it. What refused older writes to those keys goes too, so no task may be about to repeat any.
   */
  purge(): number;
  /** Names of the tasks that have a journal, ascending. */
  tasks(): readonly string[];
  /** Rewrites the file, so that no free page and no write-ahead log holds what was removed. Throws `Unavailable`. */
  compact(): void;
  close(): void;
}
