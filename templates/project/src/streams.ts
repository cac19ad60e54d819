/** The streams of the project: what goes through the log, and where a value says whose it is and when it happened. */
import { schema, seconds, stream } from 'millrace';

/** Somebody has looked at a page. */
export interface Visit {
  readonly id: string;
  readonly page: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export const visits = stream<Visit>('visits', {
  schema: schema({
    type: 'record',
    name: 'Visit',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'page', type: 'string' },
      { name: 'at', type: 'long' },
    ],
  }),
  key: visit => visit.page,
  time: visit => visit.at,
  // How far out of order they may come.
  lateness: seconds(10),
  validate: visit => (visit.page.startsWith('/') ? undefined : `'${visit.page}' is no page`),
});

/** How often a page was looked at in a minute. */
export interface PageMinute {
  readonly page: string;
  readonly minute: number;
  readonly visits: number;
}

export const pageMinutes = stream<PageMinute>('page-minutes', {
  schema: schema({
    type: 'record',
    name: 'PageMinute',
    fields: [
      { name: 'page', type: 'string' },
      { name: 'minute', type: 'long' },
      { name: 'visits', type: 'int' },
    ],
  }),
  key: count => count.page,
  time: count => count.minute,
});
