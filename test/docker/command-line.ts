/** What our own command line makes of arguments, without doing any of it. */
import type { Command } from 'commander';
import { programOf } from '../../src/cli/program.ts';

/** The command that was understood, such as `millrace topics create`. @throws {Misuse} for what is none */
export async function parsed(given: readonly string[]): Promise<string> {
  const program = programOf();
  let understood = '';
  silence(program, name => (understood = name));
  await program.parseAsync([...given], { from: 'user' });
  return understood;
}

function silence(command: Command, understood: (name: string) => void, path: readonly string[] = []): void {
  const names = [...path, command.name()];
  if (command.commands.length === 0) command.action(() => understood(names.join(' ')));
  for (const child of command.commands) silence(child, understood, names);
}
