/** The dashboard's live events: figures each second, and word of a list that changed. */
import { listNewsOf, type ListNews, type Sample, sampleOf } from '../../api/client/live.ts';
import { type Events, FetchedEvents, type Send } from '../components/fetched-events.ts';
import { followEvents, type FollowedEvents } from '../components/followed-events.ts';

export interface LiveHandlers {
  readonly sample: (sample: Sample) => void;
  readonly list: (news: ListNews) => void;
}

export interface LiveStream extends Omit<FollowedEvents, 'follow'> {
  /** Follows another user's list. */
  follow(user: string | undefined): void;
}

/** @param token shown to the server, where it asks for one */
export function openLive(handlers: LiveHandlers, token?: string): LiveStream {
  const events = followEvents({
    sample: text => handlers.sample(sampleOf(text)),
    list: text => handlers.list(listNewsOf(text)),
  });
  const open = (user: string | undefined): Events => {
    const url = user === undefined ? '/v2/live' : `/v2/live?${new URLSearchParams({ user }).toString()}`;
    return token === undefined ? new EventSource(url) : new FetchedEvents(url, showing(token));
  };
  return { ...events, follow: user => events.follow(() => open(user)) };
}

const showing =
  (token: string): Send =>
  request => {
    request.headers.set('authorization', `Bearer ${token}`);
    return fetch(request);
  };
