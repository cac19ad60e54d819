import { expect } from 'vitest';
import { placed, readings } from './apps/readings.ts';
import type { Runbook } from './runbook.ts';
import { Station } from './station.ts';
import { Supervisor } from './supervisor.ts';

/** The half hour of the rule has room for so many starts, as long as one takes now: some may take three times as long. */
const starts = 12;
const halfAnHour_s = 1_800;

export const taskRestartLoop: Runbook = {
  alert: 'MillraceTaskRestartLoop',
  cause: 'a release has a fault that belongs to no record, so that each start of it ends again',
  try: async trial => {
    const station = new Station(trial);
    station.release('ends-mended');
    const command = 'millrace run --app topologies.ts';
    const began = performance.now();
    await using supervisor = await Supervisor.over(() => trial.launch('run', command));
    await supervisor.running.ready();
    const start_s = (performance.now() - began) / 1_000;
    await trial.watch({ kubernetes: supervisor.port, factor: halfAnHour_s / (starts * start_s) });
    await station.send(readings, ['ulm/1', 'bern/1']);
    station.release('ends-faulty');
    await supervisor.running.stop();
    await station.send(readings, ['ulm/1', 'bern/1']);
    await trial.fires();
    expect(supervisor.lastWords).toMatch(
      /"event":"engine\.failed".*"code":"TASK_STOPPED","message":"place\/\d: the end of epoch \d+ failed: no reading is hotter than a furnace\./,
    );
    await trial.follow('millrace topics plan');
    await trial.follow('millrace doctor --app topologies.ts');
    await trial.follow('millrace run --dry-run --app topologies.ts');
    await trial.follow('millrace trace ulm/1 --app topologies.ts');
    station.release('ends-mended');
    await trial.clears();
    await trial.becomes('sum(millrace_task_lag_records)', ({ value }) => value === 0);
    expect(await station.all(placed)).toHaveLength(4);
  },
};
