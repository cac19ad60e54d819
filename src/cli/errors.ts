/** How the command line fails: in one line with a code and a remedy, and with an exit code. */
import { type Command, CommanderError } from 'commander';
import { ModelError } from '../als/index.ts';
import { InvalidConfiguration } from '../app/config-errors.ts';
import { MillraceError } from '../errors.ts';
import { nearest } from '../stream/nearest.ts';
import { visible } from './output.ts';

/** The command was not called as it can be called: exit code 2. */
export class Misuse extends MillraceError {
  readonly code = 'MISUSE';
}

/** The command needs data that are not there; `log` says where they were looked for. */
export class NoData extends MillraceError {
  readonly code = 'NO_DATA';
  constructor(log: string) {
    super(
      `There is nothing in ${log}`,
      'Name the folder with --data or the log with --transport kafka --brokers, or begin one with `millrace start`, `millrace run` or `millrace import`',
    );
  }
}

/** `doctor` has found that something is not as it has to be. */
export class Unhealthy extends MillraceError {
  readonly code = 'UNHEALTHY';
}

/** Whoever was asked to do something has answered that it cannot. */
export class CommandFailed extends MillraceError {
  readonly code = 'COMMAND_FAILED';
  constructor(
    command: string,
    why: string,
    remedy = 'The live model is as it was; `millrace models` shows what is kept',
  ) {
    super(`${command}: ${why}`, remedy);
  }
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly exitCode: 1 | 2;
}

/** What to say about an error; undefined for what Commander throws when it has only shown its help. */
export function failed(error: unknown): Failure | undefined {
  if (error instanceof CommanderError && error.exitCode === 0) return undefined;
  if (error instanceof MillraceError || error instanceof ModelError) {
    const { code, message, remedy } = error;
    return { code, message, remedy, exitCode: isMisuse(error) ? 2 : 1 };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'UNEXPECTED', message, remedy: 'Report it together with this line', exitCode: 1 };
}

const isMisuse = (error: Error): boolean => error instanceof Misuse || error instanceof InvalidConfiguration;

/** One line, also where the message has several. */
export const lineOf = ({ code, message }: Failure): string =>
  `millrace: ${code}: ${visible(message.replaceAll(/\s*[\r\n]+\s*/g, ' | '))}`;

/** Commander's error as ours, with the nearest flag or command that there is. Help that was asked for is no misuse. */
export function misuseOf(error: CommanderError, command: Command): Error {
  if (error.exitCode === 0) return error;
  const what = whatOf(error.message);
  const [, word = ''] = /'([^']*)'/.exec(what) ?? [];
  if (error.code === 'commander.unknownOption') {
    const argument =
      command.registeredArguments.length > 0 ? `. An argument that begins with a dash goes after '--'` : '';
    return new Misuse(what, `${didYouMean(word, flagsOf(command), command)}${argument}`);
  }
  if (error.code === 'commander.unknownCommand') return new Misuse(what, didYouMean(word, namesOf(command), command));
  if (error.code === 'commander.help') return new Misuse('No command was given', seeHelp(command));
  return new Misuse(what, seeHelp(command));
}

/** The words that may stand where one was not understood, and the nearest of them. */
export const didYouMeanOneOf = (word: string, known: readonly string[]): string =>
  `Did you mean '${nearest(word, known) ?? ''}'? There are: ${known.join(', ')}`;

const didYouMean = (word: string, known: readonly string[], command: Command): string =>
  `Did you mean '${nearest(word, known) ?? '--help'}'? ${seeHelp(command)}`;

const seeHelp = (command: Command): string => `See \`${pathOf(command)} --help\``;

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

const flagsOf = (command: Command): string[] => [
  ...command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : [])),
  '--help',
];

const namesOf = (command: Command): string[] => command.commands.map(child => child.name());

/** Without Commander's prefix, its suggestions and its full stop; beginning in upper case. */
function whatOf(message: string): string {
  const [line = ''] = message.replace(/^error: /, '').split('\n');
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}`.replace(/\.$/, '');
}
