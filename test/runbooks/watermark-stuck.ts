import { expect } from 'vitest';
import { hourly, northern, southern } from './apps/halves.ts';
import type { Runbook } from './runbook.ts';
import { Station } from './station.ts';

export const watermarkStuck: Runbook = {
  alert: 'MillraceWatermarkStuck',
  cause: 'one of two topologies that write a stream is not run any more',
  try: async trial => {
    const station = new Station(trial);
    station.release('halves');
    const north = await trial.begin('run', 'millrace run north hours --app topologies.ts');
    const southRun = 'millrace run south --app topologies.ts';
    const south = trial.aside(southRun);
    const both = async (): Promise<void> => {
      await station.send(northern, ['hamburg']);
      await station.send(southern, ['munich']);
    };
    await trial.watch();
    const moves = 'sum by (task) (changes(millrace_task_watermark_seconds[10m]))';
    await trial.becomes(moves, ({ labels, value }) => labels['task'] === 'hours/0' && value > 0, both);
    await south.stop();
    let sent = 0;
    await trial.fires(async () => {
      await station.send(northern, ['hamburg']);
      sent++;
    });
    await trial.ask('sum by (task) (changes(millrace_task_watermark_seconds[10m]))');
    await trial.follow('millrace lag --behind --app topologies.ts');
    await trial.follow('millrace describe --app topologies.ts');
    await trial.ask('count by (topology) (millrace_task_last_epoch_seconds)');
    trial.aside(southRun);
    await trial.clears(both);
    for (let hour = 0; hour < 70; hour++) await both();
    await trial.becomes('sum(millrace_task_lag_records)', ({ value }) => value === 0);
    await north.stop();
    await trial.millrace('run --until-caught-up --app topologies.ts');
    const hours = await station.all(hourly);
    expect(sent).toBeGreaterThan(0);
    expect(hours.length).toBeGreaterThan(0);
  },
};
