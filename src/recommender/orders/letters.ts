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
    key: keyOf(document),
    task: ordersCollection,
    time,
  };
}

/** In the letter, beside the key that it is partitioned by. */
const longestKey = 4_096;

/** Each of both as a part of an address: whatever is in them, there is one slash between them. */
const keyOf = ({ partition, id }: Refused['document']): string =>
  `${encodeURIComponent(partition)}/${encodeURIComponent(id)}`.slice(0, longestKey);

/** The order that a letter is about; undefined where its key was cut, or is of a release that wrote it plainly. */
export function orderOf({ key }: Pick<DeadLetter, 'key'>): Pick<StoredDocument, 'partition' | 'id'> | undefined {
  const parts = key.split('/');
  if (key.length >= longestKey || parts.length !== 2) return undefined;
  try {
    const [partition = '', id = ''] = parts.map(decodeURIComponent);
    return { partition, id };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Whether the order of a letter is in a partition. Letters of earlier releases name it plainly. */
export const isOrderOf = ({ key }: Pick<DeadLetter, 'key'>, partition: string): boolean =>
  key.startsWith(`${encodeURIComponent(partition)}/`.slice(0, longestKey)) || key.startsWith(`${partition}/`);

/** Whether the connector wrote it: such a letter is about a document, and about no record of a topic. */
export const isOfOrder = ({ topic, task }: Pick<DeadLetter, 'topic' | 'task'>): boolean =>
  topic === ordersCollection && task === ordersCollection;
