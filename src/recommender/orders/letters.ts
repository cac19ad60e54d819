/** Orders that say nothing the log could be told: dead letters like those of any stream. */
import type { StoredDocument } from '../../documents/port.ts';
import type { DeadLetter } from '../../stream/dead-letter.ts';
import { maxValueBytes } from '../../transport/record.ts';
import { ordersCollection } from './order.ts';

export interface Refused {
  readonly document: Pick<StoredDocument, 'partition' | 'id' | 'body'>;
  readonly reason: string;
}

/** Where it was met in the feed: the number of the range, and the place of its page with the document's within it. */
export interface FeedPlace {
  readonly range: number;
  readonly page: number;
  readonly index: number;
}

/** More than a page ever holds: offsets of two pages do not meet. */
const placesOfPage = 1_000;
const longestReason = 1_000;
/** The rest of what a record may hold is for the letter's other fields. */
const mostBytes = maxValueBytes - 64 * 1024;

export function letterOf({ document, reason }: Refused, { range, page, index }: FeedPlace, time: number): DeadLetter {
  const bytes = Buffer.from(JSON.stringify(document.body));
  const cut = bytes.length > mostBytes ? `; only the first ${mostBytes} of ${bytes.length} bytes are here` : '';
  return {
    topic: ordersCollection,
    partition: range,
    offset: page * placesOfPage + index,
    reason: `${reason.slice(0, longestReason - cut.length)}${cut}`,
    bytes: bytes.subarray(0, mostBytes),
    key: `${document.partition}/${document.id}`.slice(0, longestKey),
    task: ordersCollection,
    time,
  };
}

/** In the letter, beside the key that it is partitioned by. */
const longestKey = 4_096;
