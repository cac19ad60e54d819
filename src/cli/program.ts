import { Command } from 'commander';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addDescribe } from './commands/describe.ts';
import { addDocuments } from './commands/documents.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExport } from './commands/export.ts';
import { addExposures } from './commands/exposures.ts';
import { addGenerate } from './commands/generate.ts';
import { addInit } from './commands/init.ts';
import { addImport } from './commands/import.ts';
import { addKeys } from './commands/keys.ts';
import { addLag } from './commands/lag.ts';
import { addModels } from './commands/models.ts';
import { addReplay } from './commands/replay.ts';
import { addRetrain } from './commands/retrain.ts';
import { addRun } from './commands/run.ts';
import { addScore } from './commands/score.ts';
import { addServe } from './commands/serve.ts';
import { addSize } from './commands/size.ts';
import { addStart } from './commands/start.ts';
import { addTrace } from './commands/trace.ts';
import { addTopics } from './commands/topics.ts';
import { addTune } from './commands/tune.ts';
import { addUsers } from './commands/users.ts';
import { misuseOf } from './errors.ts';

/** Adds one command to the program: parses its flags, calls what does the work, prints what came of it. */
type AddCommand = (program: Command) => void;

/** Every command, in the order of the help. A further one is a file in `commands/` and a name here. */
const commands: readonly AddCommand[] = [
  addStart,
  addRun,
  addServe,
  addImport,
  addGenerate,
  addEvaluate,
  addTune,
  addScore,
  addRetrain,
  addModels,
  addExport,
  addExposures,
  addInit,
  addDescribe,
  addTopics,
  addDocuments,
  addKeys,
  addUsers,
  addLag,
  addTrace,
  addDeadLetters,
  addReplay,
  addSize,
  addDoctor,
];

/** All that `millrace` understands. Whatever is misused throws `Misuse`; nothing ends the process. */
export function programOf(): Command {
  const program = new Command('millrace')
    .description('Stream processing on a log, and a real-time recommender built on it.')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 misused.');
  for (const add of commands) add(program);
  strict(program);
  return program;
}

/** Commander's own messages stay silent: `main` prints every error in one line. */
function strict(command: Command): void {
  command.exitOverride(error => {
    throw misuseOf(error, command);
  });
  command.configureOutput({ outputError: () => {}, writeErr: text => whenHelp(command, text) });
  for (const child of command.commands) strict(child);
}

/** Without a command there is help on standard error; what else Commander has to say comes as an error. */
function whenHelp(command: Command, text: string): void {
  if (text === command.helpInformation({ error: true })) process.stderr.write(text);
}
