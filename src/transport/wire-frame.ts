/** How values name their schema on a broker, where it is not as they do in the log's own batches. */

/** The first bytes of a value that Azure's registry gave an id: with the id inside of us, in a header on a broker. */
export const azureMarker: readonly [number, number] = [0xc3, 0x02];
export const azureIdBytes = 16;
export const azureFrameBytes = azureMarker.length + azureIdBytes;
/** The first bytes of a single object, before its schema's fingerprint. */
export const singleObjectMarker: readonly [number, number] = [0xc3, 0x01];
export const singleObjectBytes = singleObjectMarker.length + 8;

/**
 * What stands in place of a single object's ten bytes, by its schema's fingerprint and its topic; undefined leaves the
 * value as it is. Throws `Unavailable`.
 */
export type WireFrames = (topic: string, fingerprint: string) => Promise<Buffer | undefined>;
