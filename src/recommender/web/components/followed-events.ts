/** A connection to a server's live events: opened again by itself, and honest about being away. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Events } from './fetched-events.ts';

export type Connection = 'connecting' | 'open' | 'away';

export interface FollowedEvents {
  readonly connection: ReadonlySignal<Connection>;
  /** When the server was heard last, milliseconds since 1970; 0 if never. */
  readonly heardAt: ReadonlySignal<number>;
  /** Follows what `open` opens, each time that it has to be opened, in place of what it followed; nothing where undefined. */
  follow(open: (() => Events) | undefined): void;
}

const firstWait_ms = 500;
const longestWait_ms = 5_000;
/** Servers are heard each second or two: silence of so long means that nobody is there. */
const silence_ms = 6_000;

/** @param take what is done with the data of each event, by its name; events of other names are not heard */
export function followEvents(take: Readonly<Record<string, (text: string) => void>>): FollowedEvents {
  const connection = signal<Connection>('connecting');
  const heardAt = signal(0);
  let open: (() => Events) | undefined;
  let source: Events | undefined;
  let wait_ms = firstWait_ms;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const begin = (): void => {
    clearTimeout(timer);
    source?.close();
    source = open?.();
    if (source === undefined) return;
    for (const [name, use] of Object.entries(take))
      source.addEventListener(name, event => heard(() => use(textOf(event))));
    source.addEventListener('error', lost);
    timer = setTimeout(lost, silence_ms);
  };
  /** An event that cannot be read counts as none: the page then says that it is cut off, and the console why. */
  const heard = (use: () => void): void => {
    use();
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
    timer = setTimeout(begin, wait_ms);
    wait_ms = Math.min(wait_ms * 2, longestWait_ms);
  };
  return {
    connection,
    heardAt,
    follow: next => {
      if (next === undefined) connection.value = 'connecting';
      open = next;
      begin();
    },
  };
}

const textOf = (event: Event): string =>
  event instanceof MessageEvent && typeof event.data === 'string' ? event.data : '';
