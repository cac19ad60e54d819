/** What one request may carry, and how long one operation may take, its repetitions by the library included. */
export interface BlobLimits {
  /** Bytes of a block that is written: what is held in memory. Azure takes 50,000 blocks. */
  readonly blockBytes: number;
  /** Bytes that are read with one request. */
  readonly partBytes: number;
  /** Names that are listed with one request. */
  readonly pageNames: number;
  readonly timeoutMs: number;
}

const mebibyte = 1 << 20;

export const defaultLimits: BlobLimits = {
  blockBytes: 4 * mebibyte,
  partBytes: 4 * mebibyte,
  pageNames: 1_000,
  timeoutMs: 60_000,
};

/** Blocks that Azure takes for one blob. */
export const mostBlocks = 50_000;

/** The library tries so often before the engine hears of it; the engine waits and tries for ever. */
export const retryOptions = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };
