/** What became of the spans of a thread. Plain data: it crosses threads. */
export interface SpanFigures {
  /** Taken by the collector. */
  readonly exported: number;
  /** Given up: the collector was away, too slow, or refused them. */
  readonly failed: number;
  /** Never sent: the queue was full. */
  readonly dropped: number;
}

export const noSpans: SpanFigures = { exported: 0, failed: 0, dropped: 0 };
