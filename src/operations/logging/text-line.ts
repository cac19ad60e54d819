/** A line of the log as a person reads it on a terminal. */
import { styleText } from 'node:util';
import { fieldKinds } from './fields.ts';
import type { LogLine } from './line.ts';
import type { Level } from './logger.ts';
import type { ToldError } from './told-error.ts';

const colours = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red', fatal: 'red' } as const satisfies Record<
  Level,
  string
>;

/** Time of day, level, event, what happened, the fields; below it the error and what it comes of. */
export function textLine(line: LogLine, isColoured: boolean): string {
  const { time, level, component, event, message, error } = line;
  const label = isColoured ? styleText(colours[level], level, { validateStream: false }) : level;
  const fields = Object.keys(fieldKinds).flatMap(name =>
    line[name] === undefined ? [] : `${name}=${shown(line[name])}`,
  );
  const first = [time.slice(11, 23), label, `${component} ${event}:`, message, ...fields].join(' ');
  return `${first}\n${error === undefined ? '' : errorLines(error)}`;
}

const errorLines = ({ causes = [], ...error }: ToldError): string =>
  [error, ...causes].flatMap((one, depth) => textOf(one, depth === 0 ? '' : 'because of ')).join('');

function textOf({ name, code, message, remedy, stack = [] }: ToldError, before: string): string[] {
  const head = [code ?? name, message].filter(part => part !== undefined).join(': ');
  return [`${before}${head}${remedy === undefined ? '' : ` ${remedy}`}`, ...stack].map(
    text => `    ${oneLine(text)}\n`,
  );
}

const shown = (value: unknown): string => {
  const text = oneLine(String(value));
  return /[\s"=]/.test(text) || text === '' ? JSON.stringify(text) : text;
};

/** What somebody else chose breaks no line, and moves no cursor. */
const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n]+\s*/g, ' | ').replaceAll(/\p{Cc}/gu, '');
