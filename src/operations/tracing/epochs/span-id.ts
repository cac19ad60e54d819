import { createHash } from 'node:crypto';

/** Of an epoch, what its records say of who wrote them. */
export interface EpochName {
  /** Name of the task. */
  readonly producer: string;
  readonly lineage: number;
  readonly epoch: number;
}

/**
 * Id of the span that tells what an epoch did because of a trace. Whoever reads a record of that epoch knows it without
 * being told, since a record says who wrote it: so spans hang together by what the log holds anyway, no byte of it is
 * another for being traced, and an epoch that is executed again is the same span.
 */
export function spanIdOf(traceId: string, { producer, lineage, epoch }: EpochName): string {
  const named = JSON.stringify([traceId, producer, lineage, epoch]);
  const id = createHash('sha256').update(named).digest('hex').slice(0, 16);
  return /[^0]/.test(id) ? id : '0000000000000001'; // all zeros name no span
}
