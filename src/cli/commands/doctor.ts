import type { Command } from 'commander';
import { type Check, checksOf } from '../checks.ts';
import {
  type AppFlags,
  appFlag,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { loadApplication } from '../application.ts';
import { type OutputFlags, print, table } from '../output.ts';
import { InvalidConfiguration } from '../../app/config-errors.ts';
import type { Configured } from '../../app/configure.ts';

const settings = [...portFlags, 'partitions', 'seed', 'port', 'cutEvery'] as const;
type Flags = ConfigFlags & AppFlags & OutputFlags;

/** `millrace doctor`: whether everything is as it should be before anything starts. */
export function addDoctor(program: Command): void {
  withSettings(program.command('doctor'), settings)
    .description('check configuration, disk, ports, topics and schemas; exit code 1 if something is wrong')
    .addOption(appFlag())
    .addOption(jsonFlag())
    .action(doctor);
}

async function doctor(flags: Flags): Promise<void> {
  const configured = configuration(flags);
  const checks = 'origins' in configured ? await allChecks(flags, configured) : [configured];
  const origins = 'origins' in configured ? configured.origins : [];
  const ok = checks.every(check => check.ok);
  const where = origins.map(({ path, value, origin }) => ({ setting: path, value: value ?? null, from: origin }));
  print(flags, { ok, checks, configuration: where }, () =>
    [
      ...checks.map(check => `${check.ok ? 'ok   ' : 'WRONG'}  ${check.name}: ${check.message}`),
      ...(where.length === 0 ? [] : ['', table(['setting', 'value', 'from'], where.map(asRow))]),
    ].join('\n'),
  );
  if (!ok) process.exitCode = 1;
}

const asRow = ({ setting, value, from }: { setting: string; value: unknown; from: string }): string[] => [
  setting,
  JSON.stringify(value),
  from,
];

/** Without a configuration nothing else can be looked at. */
function configuration(flags: Flags): Configured | Check {
  try {
    return configurationOf(flags, settings);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    return { name: 'configuration', ok: false, message: error.message };
  }
}

async function allChecks(flags: Flags, { config, origins }: Configured): Promise<Check[]> {
  const set = origins.filter(({ origin }) => origin !== 'default').length;
  const message = `${origins.length} settings, ${set} of them set`;
  return [
    { name: 'configuration', ok: true, message },
    ...(await checksOf(config, await loadApplication(flags, config))),
  ];
}
