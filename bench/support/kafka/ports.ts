import { openPorts, type Ports } from '../../../src/app/compose.ts';
import { configure } from '../../../src/app/configure.ts';
import { portSettings } from '../../../src/app/port-settings.ts';

/** What Millrace runs on in the benchmark: the broker's log, everything else under one folder. */
export function kafkaPorts(brokers: string, data: string, state = data): Promise<Ports> {
  const environment = {
    MILLRACE_TRANSPORT: 'kafka',
    MILLRACE_KAFKA_BROKERS: brokers,
    MILLRACE_DATA: data,
    MILLRACE_STATE: state,
  };
  return openPorts(portSettings(configure({ environment }).config));
}
