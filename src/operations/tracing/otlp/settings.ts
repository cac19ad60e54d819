/** How spans are told to a collector. Plain data: each thread opens an SDK of its own with it. */
export interface OtlpSettings {
  /** Where to, with the path; where absent `OTEL_EXPORTER_OTLP_…` say, else the collector's usual place on this machine. */
  readonly endpoint?: string | undefined;
  /** Of the traces that begin here, the share that is told; where absent `OTEL_TRACES_SAMPLER` says, else all. */
  readonly ratio?: number | undefined;
  /** Spans that wait at most; more are dropped, and counted. */
  readonly queue: number;
  /** Spans of a request at most. */
  readonly batch: number;
  readonly every_ms: number;
  /** How long a request may take, and how long the end of the process waits for the last ones. */
  readonly timeout_ms: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;
