/**
 * What an operator asks of the process that runs `train`, wherever that is: one document a kind of command, which that
 * process finds, and answers in place. So there are never more of them than kinds.
 */
import type { ModelSettings } from '../../als/index.ts';
import { ConditionFailed, type DocumentKey, type Documents, type JsonObject } from '../../documents/port.ts';
import { z } from 'zod';
import { MillraceError } from '../../errors.ts';
import type { Begin } from '../domain/generation-signals.ts';
import { shadowFigures } from './shadow/figures.ts';

export const commandKinds = ['retrain', 'shadow', 'use', 'rollback', 'experiment', 'stop'] as const;
export type CommandKind = (typeof commandKinds)[number];

const command = z.object({
  kind: z.enum(commandKinds),
  /** Number or name of a generation, for `use` and `experiment`. */
  target: z.string().nullable(),
  /** Part of the users that it is to be tried out with, for `experiment` and for a `retrain` that is not to be live. */
  share: z.number().min(0).max(1).nullish(),
  /** What a `retrain` takes in place of what is configured, as JSON. */
  set: z.string().nullish(),
  state: z.enum(['asked', 'underway', 'done', 'failed']),
  askedAt: z.number(),
  answeredAt: z.number().nullable(),
  /** What came of it, in words. */
  message: z.string(),
  /** The generation that was adopted, or is meant by what is under way, and the name of its files. */
  generation: z.number().nullable(),
  name: z.string().nullish(),
  /** What a shadow has measured. */
  figures: shadowFigures.nullish(),
});
export type Command = z.infer<typeof command>;

export interface StoredCommand {
  readonly command: Command;
  readonly etag: string;
}

const keyOf = (kind: CommandKind): DocumentKey => ({ collection: 'models', partition: 'commands', id: kind });

/** Another command of the kind was not answered yet. */
export class CommandPending extends MillraceError {
  readonly code = 'COMMAND_PENDING';
}

export interface Asked {
  readonly kind: CommandKind;
  readonly target: string | null;
  readonly share?: number | null | undefined;
  readonly set?: string | null | undefined;
  readonly now: number;
}

/** Asks; whoever runs `train` looks every half second. @throws {CommandPending} */
export async function ask(documents: Documents, { kind, target, now, share = null, set = null }: Asked): Promise<void> {
  const before = await commandOf(documents, kind);
  if (before !== undefined && isOpen(before.command))
    throw new CommandPending(
      `'${kind}' was asked for at ${new Date(before.command.askedAt).toISOString()} and is ${before.command.state}`,
      'Wait for it: `millrace models` says what became of it; a process that runs `train` has to be there',
    );
  const asked: Command = {
    kind,
    target,
    share,
    set,
    state: 'asked',
    askedAt: now,
    answeredAt: null,
    message: '',
    generation: null,
  };
  try {
    await documents.put(keyOf(kind), asJson(asked), before === undefined ? 'absent' : { etag: before.etag });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw new CommandPending(
      `'${kind}' was asked for by another process at the same moment`,
      'Wait for that one: `millrace models` says what became of it',
    );
  }
}

export async function answer(documents: Documents, answered: Command): Promise<void> {
  await documents.put(keyOf(answered.kind), asJson(answered), 'always');
}

/** Those that are not answered, oldest first. */
export async function openCommands(documents: Documents): Promise<readonly Command[]> {
  const all = await Promise.all(commandKinds.map(kind => commandOf(documents, kind)));
  return all
    .flatMap(stored => (stored !== undefined && isOpen(stored.command) ? [stored.command] : []))
    .sort((a, b) => a.askedAt - b.askedAt);
}

export async function commandOf(documents: Documents, kind: CommandKind): Promise<StoredCommand | undefined> {
  const found = await documents.get(keyOf(kind));
  return found === undefined ? undefined : { command: command.parse(found.body), etag: found.etag };
}

/** Of a `retrain`. */
export const beginOf = ({ share, set }: Pick<Command, 'share' | 'set'>): Begin => ({
  signal: 'begin',
  cause: 'command',
  ...(typeof set === 'string' ? { set: settingsIn(set) } : {}),
  ...(typeof share === 'number' ? { share } : {}),
});

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the model checks what it is given
const settingsIn = (text: string): Partial<ModelSettings> => JSON.parse(text) as Partial<ModelSettings>;

export const isOpen = ({ state }: Pick<Command, 'state'>): boolean => state === 'asked' || state === 'underway';

const asJson = ({ figures = null, share = null, set = null, name = null, ...value }: Command): JsonObject => ({
  ...value,
  share,
  set,
  name,
  figures,
});
