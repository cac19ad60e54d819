import { expect } from 'vitest';
import { placed, readings } from './apps/readings.ts';
import type { Runbook } from './runbook.ts';
import { Station } from './station.ts';

export const deadLettersMany: Runbook = {
  alert: 'MillraceDeadLetters',
  cause: 'a producer sends records that the release in use fails on',
  try: async trial => {
    const station = new Station(trial);
    station.release('places-first');
    const first = await trial.begin('run', 'millrace run --app topologies.ts');
    await trial.watch();
    let sent = 0;
    const send = async (...sensors: string[]): Promise<void> => {
      await station.send(readings, sensors);
      sent += sensors.length;
    };
    await send('ulm/1', 'bern/1', 'bern/2');
    await trial.isQuiet();
    await trial.fires(() => send('ulm/1', 'bern/1', 'oslo'));
    await trial.follow('millrace dead-letters list --by-reason');
    await trial.follow('millrace dead-letters list --limit 3');
    await trial.follow('millrace topics plan');
    await trial.ask('sum by (topology) (increase(millrace_task_dead_letters_total[1h]))');
    station.release('places-mended');
    await first.stop();
    const mended = await trial.begin('run', 'millrace run --app topologies.ts');
    await trial.follow('millrace dead-letters redrive');
    await trial.follow('millrace dead-letters redrive');
    await trial.becomes('sum(millrace_task_lag_records)', ({ value }) => value === 0);
    await trial.clears(() => send('ulm/1', 'bern/1'));
    await mended.stop();
    await trial.millrace('run --until-caught-up --app topologies.ts');
    const came = await station.all(placed);
    expect(came).toHaveLength(sent);
    expect(came.map(({ sensor }) => sensor)).toContain('oslo');
  },
};
