import type { Command } from 'commander';
import { loadApplication } from '../application.ts';
import { checksOf } from '../checks.ts';
import { type AppFlags, appFlag, type DataFlags, dataFlag, jsonFlag } from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';

type Flags = DataFlags & Pick<AppFlags, 'app'> & OutputFlags;

/** `millrace doctor`: whether everything is as it should be before anything starts. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check disk, ports, topics and schemas; exit code 1 if something is wrong')
    .addOption(dataFlag())
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(doctor);
}

async function doctor(flags: Flags): Promise<void> {
  const checks = await checksOf(flags.data, await loadApplication(flags));
  const ok = checks.every(check => check.ok);
  print(flags, { ok, checks }, () =>
    checks.map(check => `${check.ok ? 'ok   ' : 'WRONG'}  ${check.name}: ${check.message}`).join('\n'),
  );
  if (!ok) process.exitCode = 1;
}
