/** What is hot is told to somebody's service, and kept in a folder. Both are outside; neither loses an alert in a crash. */
import { filter, map, share } from 'rxjs';
import { type Alarm, alarms, type Reading, readings } from '../hot-sensors.ts';
import { minutes, seconds, stream, topology, type Topology } from '../../src/index.ts';
import { FileSink } from './file-sink.ts';
import { mayPass, webhook } from './webhook.ts';

/** What the service has taken. */
export const told = stream<Alarm>('told', { ...alarms });

export interface AlertOptions {
  readonly url: string;
  readonly folder: string;
}

const alarmOf = ({ sensor, celsius, at }: Reading): Alarm => ({ sensor, text: `${celsius} degrees`, at });

export const alertsTo = ({ url, folder }: AlertOptions): Topology =>
  topology('alerts', task => {
    const call = webhook(url);
    const hot = task.read(readings).pipe(
      filter(({ celsius }) => celsius >= 100),
      map(alarmOf),
      share(),
    );
    hot
      .pipe(
        task.mapAsync('page', {
          work: async (alarm, about): Promise<Alarm> => {
            await call(alarm, about);
            return alarm;
          },
          concurrency: 4,
          timeout: seconds(10),
          retry: { attempts: Infinity, when: mayPass },
          breaker: { failures: 5, openFor: minutes(1) },
        }),
      )
      .subscribe(task.write(told));
    hot.subscribe(task.deliver('archive', new FileSink<Alarm>(folder)));
  });
