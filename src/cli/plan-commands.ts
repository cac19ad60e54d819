/** `plan`, `create` and `verify` of what has to be there before anything starts: topics, containers. */
import type { Command } from 'commander';
import { type AppFlags, appFlag, type ConfigFlags, jsonFlag, withSettings } from './flags.ts';
import type { OutputFlags } from './output.ts';

export type PlanFlags = ConfigFlags & AppFlags & OutputFlags;

interface Described {
  readonly description: string;
  readonly action: (flags: PlanFlags) => Promise<void>;
}

interface PlanCommands {
  readonly name: string;
  readonly description: string;
  readonly settings: Parameters<typeof withSettings>[1];
  readonly commands: Readonly<Record<'plan' | 'create' | 'verify', Described>>;
}

/** Answers their parent, for further ones. */
export function addPlanCommands(
  program: Command,
  { name: parentName, description: about, ...rest }: PlanCommands,
): Command {
  const parent = program.command(parentName).description(about);
  for (const [name, { description, action }] of Object.entries(rest.commands))
    withSettings(parent.command(name), rest.settings)
      .description(description)
      .addOption(appFlag())
      .addOption(jsonFlag())
      .action(action);
  return parent;
}
