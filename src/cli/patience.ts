/** Commands have no engine that waits for a broker: they try again for a while, and say so. */
import type { Ports } from '../app/compose.ts';
import type { PortSettings } from '../app/port-settings.ts';
import { events } from '../operations/logging/events.ts';
import type { Logger } from '../operations/logging/logger.ts';
import { systemClock } from '../engine/clock.ts';
import { seconds } from '../stream/time.ts';
import { patient } from '../transport/patient.ts';

/** A broker that has begun needs some of it to be ready; one that does not answer is told of after it. */
const patience = seconds(15);

/** The same ports; a log at brokers is asked again. Who has a logger says by it that it waits. */
export function withPatience<P extends Pick<Ports, 'transport'>>(
  ports: P,
  { transport }: PortSettings,
  logger?: Logger,
): P {
  if (transport === 'embedded') return ports;
  const forever = new AbortController().signal; // the patience ends each wait
  return {
    ...ports,
    transport: patient(ports.transport, {
      patience,
      now: () => systemClock.now(),
      pause: duration => systemClock.sleep(duration, forever),
      overdue: (duration, signal) => systemClock.sleep(duration, signal),
      onWait: error => {
        if (logger === undefined)
          process.stderr.write(`waiting: ${error.message.replaceAll(/\s*[\r\n]+\s*/g, ' | ')}\n`);
        else logger.log(events.dependencyWaits, { dependency: 'log' }, error);
      },
    }),
  };
}
