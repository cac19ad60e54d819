import { join } from 'node:path';
import { expect } from 'vitest';
import { SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import type { Runbook } from './runbook.ts';
import { Shop } from './shop.ts';

/** Room for the state of a small shop, several times. */
const size_MiB = 64;

export const diskNearFull: Runbook = {
  alert: 'MillraceDiskNearFull',
  cause: 'the disk of the state fills up, in the end to its last page',
  whyNot: whyNoSmallDisk,
  try: async trial => {
    using disk = new SmallDisk(size_MiB);
    trial.environment['MILLRACE_STATE'] = join(disk.folder, 'state');
    const shop = await Shop.open(trial, 500);
    await trial.millrace('replay --into old');
    const run = await trial.begin('run', 'millrace run');
    try {
      await trial.watch();
      disk.fill(0.05);
      await trial.fires();
      await trial.ask('millrace_disk_available_bytes / millrace_disk_size_bytes');
      await trial.follow('millrace doctor', { code: 1 });
      await trial.follow('millrace replay list');
      disk.fill();
      await shop.send(50);
      await trial.becomes('max(millrace_task_waiting)', ({ value }) => value === 1);
      expect(run.said).toMatch(/"event":"task\.waits".*database or disk is full/);
      expect(run.hasEnded).toBe(false);
      disk.free();
      await trial.clears();
      await trial.becomes('sum(millrace_task_lag_records)', ({ value }) => value === 0);
      await run.stop();
      await trial.follow('millrace replay drop old');
      await shop.hasLostNothing();
    } finally {
      await run.kill(); // it holds the disk
    }
  },
};
