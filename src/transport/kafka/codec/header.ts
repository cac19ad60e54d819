/**
 * The `millrace` header: what a record of a task carries beside key and value. Each record has all of it, because a
 * broker may cut batches anew.
 *
 * Layout, little endian: u8 version, u8 kind, u8 trace length, f64 watermark, f64 origin, f64 sequence; then who wrote
 * it: u8 producer length, u32 lineage, f64 epoch, producer; then the trace.
 */

/** Name of the header. */
export const headerName = Buffer.from('millrace');
export const headerVersion = 1;

export const kindAt = 1;
export const traceBytesAt = 2;
export const watermarkAt = 3;
export const originAt = 11;
export const sequenceAt = 19;
/** From here on up to the trace: the same for all records of one task in one epoch. */
export const writerAt = 27;
export const lineageAt = 28;
export const epochAt = 32;
export const producerAt = 40;
