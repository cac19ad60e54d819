/** An error as a line of the log tells it: its code, what to do, what caused it, where it was thrown; all of it bounded. */
import { MillraceError } from '../../errors.ts';
import { hidden } from './redactor.ts';
import { wordsOfCode } from './words-of-code.ts';

export interface ToldError {
  readonly name: string;
  readonly code?: string;
  /** Absent where nothing of it is known not to be a record's. */
  readonly message?: string;
  readonly remedy?: string;
  /** Where it was thrown: frames only, since the lines above them repeat the message. */
  readonly stack?: readonly string[];
  /** What it comes of, from the nearest to the first. */
  readonly causes?: readonly ToldError[];
}

export interface Telling {
  /** Takes out what nobody may read. */
  readonly clean: (text: string) => string;
  /** Whether messages may quote records. If not, only our own words are told, and of others what stands in their code. */
  readonly quotes: boolean;
}

const mostCauses = 5;
const mostFrames = 10;
const mostMessage = 1_000;
const mostName = 100;

export function toldError(error: unknown, { clean, quotes }: Telling): ToldError {
  const [first, ...causes] = chainOf(error);
  const told = causes.map(cause => toldAlone(cause, clean, quotes ? messageOf(cause) : unlessHidden(codeWords(cause))));
  const message = quotes ? messageOf(first) : ownWords(error);
  return { ...toldAlone(first, clean, unlessHidden(message)), ...(told.length === 0 ? {} : { causes: told }) };
}

/** The code of the error, for scripts; of ours and of Node's. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (typeof code !== 'string' && typeof code !== 'number') return undefined;
  const text = String(code);
  return text.length > mostName ? undefined : text; // what is so long is no code
}

/**
 * What an error says without what it may quote of a record: of ours the message, in which of what it repeats of its causes
 * only the words of their code are left; of others those words alone.
 */
export function ownWords(error: unknown): string {
  if (!(error instanceof MillraceError)) return codeWords(error);
  const [, ...causes] = chainOf(error);
  const said = causes.map(cause => [messageOf(cause), codeWords(cause)] as const);
  return said.reduce((text, [all, told]) => (all === '' ? text : text.replaceAll(all, () => told)), messageOf(error));
}

const unlessHidden = (message: string): string | undefined => (message === hidden ? undefined : message);

const codeWords = (error: unknown): string => wordsOfCode(error, messageOf(error));

/** Causes, and of an error of several those. A circle ends where it has come round. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  const open = [error];
  while (open.length > 0 && chain.length <= mostCauses) {
    const next = open.shift();
    if (chain.includes(next)) continue;
    chain.push(next);
    if (!(next instanceof Error)) continue;
    if (next.cause !== undefined) open.push(next.cause);
    if (next instanceof AggregateError) for (const one of next.errors.slice(0, mostCauses)) open.push(one);
  }
  return chain;
}

function toldAlone(error: unknown, clean: (text: string) => string, message: string | undefined): ToldError {
  const told = message === undefined ? {} : { message: clean(message).slice(0, mostMessage) };
  if (!(error instanceof Error)) return { name: typeof error, ...told };
  const code = codeOf(error);
  const stack = framesOf(error, clean);
  return {
    name: clean(error.name).slice(0, mostName),
    ...(code === undefined ? {} : { code: clean(code) }),
    ...told,
    ...(error instanceof MillraceError ? { remedy: clean(error.remedy).slice(0, mostMessage) } : {}),
    ...(stack.length === 0 ? {} : { stack }),
  };
}

/** Ours without the remedy, which has a field of its own. */
function messageOf(error: unknown): string {
  if (error instanceof MillraceError && error.message.endsWith(` ${error.remedy}`))
    return error.message.slice(0, -error.remedy.length - 1);
  if (error instanceof Error) return error.message;
  return typeof error === 'object' && error !== null ? 'something that is no error was thrown' : String(error);
}

const framesOf = ({ stack = '', message }: Error, clean: (text: string) => string): string[] =>
  stack
    .replace(message, '')
    .split('\n')
    .filter(line => /^\s+at .*(?::\d+:\d+|<anonymous>|\(native\))\)?$/.test(line))
    .slice(0, mostFrames)
    .map(line => clean(line.trim()).slice(0, 200));
