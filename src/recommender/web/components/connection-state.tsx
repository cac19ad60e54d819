/** Whether what the page shows is of this moment, and if not, of when it is. */
import { ago } from '../dashboard/format.ts';
import type { FollowedEvents } from './followed-events.ts';

interface ConnectionStateProps {
  readonly live: Pick<FollowedEvents, 'connection' | 'heardAt'>;
  readonly time: number;
}

export function ConnectionState({ live, time }: ConnectionStateProps) {
  const state = live.connection.value;
  const heardAt = live.heardAt.value;
  const since = heardAt === 0 ? '' : `as of ${ago(Math.max(0, time - heardAt))}`;
  return (
    <p class={`connection ${state}`} data-state={state}>
      <span class="dot" aria-hidden="true" />
      {/* Only the word is announced: an age that grows each second would never be quiet. */}
      <span role="status">
        {words[state]}
        {state === 'away' ? <span class="roomy">, trying again</span> : null}
      </span>
      {state === 'away' ? <span class="since">{since}</span> : null}
    </p>
  );
}

const words = { connecting: 'Connecting', open: 'Live', away: 'Disconnected' } as const;
