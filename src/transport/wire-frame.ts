/** How values name their schema on a broker, where it is not as they do in the log's own batches. */

/** What stands in place of a single object's ten bytes: first bytes of the value, and a header of the record. */
export interface WireFrame {
  readonly prefix: Buffer;
  /** Value of the header `content-type`. */
  readonly contentType?: string;
}

/** The frame of a schema (by its fingerprint) in a topic; undefined leaves the value as it is. Throws `Unavailable`. */
export type WireFrames = (topic: string, fingerprint: string) => Promise<WireFrame | undefined>;
