import { type Command, Option } from 'commander';
import type { Ports } from '../../app/compose.ts';
import { ask, type Command as Asked, commandOf, isOpen } from '../../recommender/generations/commands.ts';
import { openExisting } from '../application.ts';
import { CommandFailed } from '../errors.ts';
import { type ConfigFlags, configurationOf, jsonFlag, portFlags, withSettings } from '../flags.ts';
import { type OutputFlags, print } from '../output.ts';
import { setFlag, settingsSet, shareFlag } from '../try-out.ts';

interface Flags extends ConfigFlags, OutputFlags {
  readonly wait?: true;
  readonly shadow?: true;
  readonly share?: number;
  readonly set?: readonly string[];
}

const help = `
The process that runs \`train\` (start or run, here or elsewhere) trains in a thread of its own and switches all vectors
at once; what comes meanwhile is learnt as ever. \`millrace models\` shows what came of it.

With --shadow the generation is switched in by nobody: the live model is measured beside it, both as they were when the
command came, by the next events of the log (model.generations.shadow.judgeEvents). It ends when those have come.

With --share the generation is only tried out: it learns beside the live one and serves this part of the users.
\`GET /v2/experiment\` compares both; \`millrace models use N\` makes it the live one, \`millrace models stop\` ends it.`;

/** `millrace retrain`: asks for a generation. */
export function addRetrain(program: Command): void {
  withSettings(program.command('retrain'), portFlags)
    .description('train a new generation of the model beside the live one, and switch it in')
    .option('--shadow', 'only measure how far the live model is behind a retrain')
    .addOption(shareFlag().conflicts('shadow'))
    .addOption(setFlag().conflicts('shadow'))
    .addOption(waitFlag('until it is live, tried out or measured: fails where it could not be'))
    .addOption(jsonFlag())
    .addHelpText('after', help)
    .action(async (flags: Flags) => {
      const kind = flags.shadow === true ? 'shadow' : 'retrain';
      const set = flags.set === undefined ? null : JSON.stringify(settingsSet(flags, flags.set));
      await using ports = await openExisting(configurationOf(flags, portFlags).config);
      const share = flags.share ?? null;
      const answered = await askFor(ports, { kind, target: null, share, set, wait: flags.wait === true });
      print(flags, answered, () => wordsOf(answered));
    });
}

export const waitFlag = (until = 'until it is live: fails where it could not be trained'): Option =>
  new Option('--wait', until);

interface Wanted extends Omit<Parameters<typeof ask>[1], 'now'> {
  readonly wait: boolean;
}

const lookEveryMs = 200;

/** Puts the command where the process that runs `train` finds it, and waits for the answer where that is wanted. */
export async function askFor({ documents, clock }: Ports, { wait, ...asked }: Wanted): Promise<Asked> {
  const { kind } = asked;
  await ask(documents, { ...asked, now: clock.now() });
  for (;;) {
    const stored = await commandOf(documents, kind);
    if (stored === undefined) throw new CommandFailed(kind, 'its document is gone');
    const { command } = stored;
    if (command.state === 'failed') throw new CommandFailed(kind, command.message);
    if (!wait || !isOpen(command)) return command;
    await clock.sleep(lookEveryMs, never);
  }
}

const never = new AbortController().signal;

export const wordsOf = ({ kind, state, message }: Asked): string =>
  state === 'done' ? message : `${kind} is ${state}: whoever runs \`train\` does it, and \`millrace models\` tells`;
