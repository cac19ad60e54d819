/**
 * What an error says as far as it stands in the code that made it. A message mixes the words of a program with what the
 * program was given, and nobody can tell them apart by looking at it: but the call that made it holds the one, and not the
 * other.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { firstArgument, type Part } from './first-argument.ts';
import { hidden } from './redactor.ts';

/** Of the code, from where the error was made: enough for a call, also where a bundle is all one line. */
const window_characters = 1_000;
/** No bundle is larger; a file that is not read tells no words. */
const mostFile_bytes = 16 * 1_024 * 1_024;
const mostMessage = 1_000;

/** What V8 says of its own accord. */
const ofTheLanguage: ReadonlySet<string> = new Set(
  (
    'Cannot read set properties property of undefined null reading setting is not a an function constructor iterable ' +
    'object defined access before initialization Invalid array length time value Maximum call stack size exceeded ' +
    'Assignment to constant variable Reduce empty with no initial mix BigInt and other types use explicit conversions ' +
    'Class cannot be invoked without new destructure as it convert'
  ).split(' '),
);

const ofV8: ReadonlySet<unknown> = new Set([TypeError, RangeError, ReferenceError, SyntaxError]);

/**
 * Of what `error` says, the words of the call that made it, or those that V8 says of its own accord; all else is hidden.
 * A class that makes its message itself tells only what it was given as the first.
 */
export function wordsOfCode(error: unknown, message: string): string {
  if (!(error instanceof Error) || message.length > mostMessage) return hidden;
  const { code, property } = placeOf(error);
  const given = firstArgument(code);
  if (given === undefined) return ofV8.has(error.constructor) ? wordsOfV8(message, property) : hidden;
  const isPlain = error.constructor === Error || ofV8.has(error.constructor);
  return filled(isPlain ? given : [undefined, ...given, undefined], message);
}

/** The parts with what differs hidden, where the message is made of them. */
function filled(parts: readonly Part[], message: string): string {
  let [rest, told, isOpen] = [message, '', false];
  for (const part of parts) {
    if (part === undefined) isOpen = true;
    if (part === undefined || part === '') continue;
    const at = isOpen ? rest.indexOf(part) : rest.startsWith(part) ? 0 : -1;
    if (at < 0) return hidden;
    told += (at > 0 ? hidden : '') + part;
    rest = rest.slice(at + part.length);
    isOpen = false;
  }
  if (rest === '') return told;
  return isOpen ? told + hidden : hidden;
}

function wordsOfV8(message: string, property: string): string {
  const told = message.replaceAll(/[^\s'"()]+/g, word =>
    ofTheLanguage.has(word) || word === property ? word : hidden,
  );
  return told
    .split(' ')
    .filter((word, at, all) => word !== hidden || all[at - 1] !== hidden)
    .join(' ');
}

/** In files of code only: those of data hold what is to be hidden. */
const frame = /^\s+at (?:.*\()?((?:file:\/\/)?\/[^()]+\.[cm]?[jt]s):(\d+):(\d+)\)?$/;

interface Place {
  /** From where the error was made. */
  readonly code: string;
  /** What stands there as the name of a property, as in `.place`; '' where none does. */
  readonly property: string;
}

/** The first frame that is code: V8 leaves the constructors of errors out. */
function placeOf({ stack = '', message }: Error): Place {
  const frames = stack.replace(message, '').split('\n');
  const [, file = '', row = '', column = ''] = frame.exec(frames.find(line => frame.test(line)) ?? '') ?? [];
  const text = file === '' ? '' : textOf(file.startsWith('file:') ? fileURLToPath(file) : file);
  const lines = text.split('\n').slice(Number(row) - 1);
  const at = Number(column) - 1;
  const [, property = ''] = /^\.([\w$]+)/.exec((lines[0] ?? '').slice(Math.max(0, at - 1))) ?? [];
  return { code: lines.join('\n').slice(at, at + window_characters), property };
}

/** Code that is there no more, as after another release was installed, tells no words. */
function textOf(path: string): string {
  try {
    return statSync(path).size > mostFile_bytes ? '' : readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
