/** The connection to the server's live events: opened again by itself, and honest about being away. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { type Events, FetchedEvents } from './fetched-events.ts';
import { listNewsOf, type ListNews, type Sample, sampleOf } from '../../api/client/live.ts';

export type Connection = 'connecting' | 'open' | 'away';

export interface LiveHandlers {
  readonly sample: (sample: Sample) => void;
  readonly list: (news: ListNews) => void;
}

export interface LiveStream {
  readonly connection: ReadonlySignal<Connection>;
  /** When the server was heard last, milliseconds since 1970; 0 if never. */
  readonly heardAt: ReadonlySignal<number>;
  /** Follows another user's list. */
  follow(user: string | undefined): void;
}

const firstWait_ms = 500;
const longestWait_ms = 5_000;
/** Samples come each second: silence of so many means that nobody is there. */
const silence_ms = 6_000;

/** @param token shown to the server, where it asks for one */
export function openLive(handlers: LiveHandlers, token?: string): LiveStream {
  const connection = signal<Connection>('connecting');
  const heardAt = signal(0);
  let user: string | undefined;
  let source: Events | undefined;
  let wait_ms = firstWait_ms;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const open = (): void => {
    clearTimeout(timer);
    source?.close();
    const url = user === undefined ? '/v2/live' : `/v2/live?${new URLSearchParams({ user }).toString()}`;
    source = token === undefined ? new EventSource(url) : new FetchedEvents(url, token);
    source.addEventListener('sample', event => heard(() => handlers.sample(sampleOf(textOf(event)))));
    source.addEventListener('list', event => heard(() => handlers.list(listNewsOf(textOf(event)))));
    source.addEventListener('error', lost);
    timer = setTimeout(lost, silence_ms);
  };
  /** An event that cannot be read counts as none: the page then says that it is cut off, and the console why. */
  const heard = (take: () => void): void => {
    take();
    clearTimeout(timer);
    timer = setTimeout(lost, silence_ms);
    wait_ms = firstWait_ms;
    heardAt.value = Date.now();
    connection.value = 'open';
  };
  /** The browser would try again too, but at its own pace and not after every failure. */
  const lost = (): void => {
    source?.close();
    clearTimeout(timer);
    connection.value = 'away';
    timer = setTimeout(open, wait_ms);
    wait_ms = Math.min(wait_ms * 2, longestWait_ms);
  };
  return {
    connection,
    heardAt,
    follow: next => {
      user = next;
      open();
    },
  };
}

const textOf = (event: Event): string =>
  event instanceof MessageEvent && typeof event.data === 'string' ? event.data : '';
