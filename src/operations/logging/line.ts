/** From what happens to a line of the log. Everything that is said passes here, and nothing else decides what may be read. */
import { type FieldKind, fieldKinds, type LogFields } from './fields.ts';
import type { Component, EventKind, Level } from './logger.ts';
import { pseudonymOf } from './pseudonym.ts';
import type { Redactor } from './redactor.ts';
import { type ToldError, toldError } from './told-error.ts';

/** Plain data, which crosses threads: the fields of `fields.ts` stand beside these. */
export interface LogLine {
  /** ISO 8601 in UTC, with milliseconds. */
  readonly time: string;
  readonly level: Level;
  readonly component: Component;
  readonly event: string;
  readonly message: string;
  readonly error?: ToldError;
  readonly [field: string]: unknown;
}

/** How users stand in the log: as what stands for them, as they are, or not at all. */
export const userForms = ['hashed', 'plain', 'none'] as const;
export type UserForm = (typeof userForms)[number];

export interface Reading {
  readonly redactor: Redactor;
  readonly userIds: UserForm;
  /** What users are hashed with. */
  readonly userKey: string;
  /** Whether it may be told what records hold. */
  readonly quotes: boolean;
}

export interface Happening {
  readonly kind: EventKind;
  readonly fields: LogFields;
  readonly error?: unknown;
  /** What the error may quote that came with a request: no message has any of it. */
  readonly quoted?: readonly string[];
}

const mostName = 300;
const mostText = 1_000;
const mostQuoted = 100;

export function lineOf({ kind, fields, error, quoted = [] }: Happening, time: number, reading: Reading): LogLine {
  const { component, level, event, message, quotesRecords = false } = kind;
  const isPlain = reading.userIds === 'plain';
  const values = isPlain ? [] : [...quoted.slice(0, mostQuoted), ...(fields.user === undefined ? [] : [fields.user])];
  const told = values.filter(value => value.trim() !== '');
  const clean = (text: string): string => reading.redactor.text(text, told);
  return {
    time: new Date(time).toISOString(),
    level,
    component,
    event,
    message,
    ...fieldsOf(fields, clean, reading),
    ...(error === undefined ? {} : { error: toldError(error, { clean, quotes: reading.quotes || !quotesRecords }) }),
  };
}

function fieldsOf(fields: LogFields, clean: (text: string) => string, reading: Reading): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  for (const name of fieldNames) {
    const value = fields[name];
    const kind: FieldKind = fieldKinds[name];
    const shown = value === undefined ? undefined : writtenAs[kind](value, clean, reading);
    if (shown !== undefined) written[name] = shown;
  }
  return written;
}

const fieldNames = Object.keys(fieldKinds).filter((name): name is keyof LogFields => name in fieldKinds);

type Written = (value: string | number, clean: (text: string) => string, reading: Reading) => unknown;

const writtenAs: { readonly [K in FieldKind]: Written } = {
  number: value => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  name: (value, clean) => clean(String(value)).slice(0, mostName),
  text: (value, clean) => clean(String(value)).slice(0, mostText),
  quote: (value, clean, { quotes }) => (quotes ? clean(String(value)).slice(0, mostText) : undefined),
  url: (value, clean) => clean(String(value).replace(/[?#][\s\S]*$/, '')).slice(0, mostName),
  user: (value, _clean, { userIds, userKey, redactor }) => {
    if (userIds === 'none') return undefined;
    return userIds === 'plain' ? redactor.text(String(value)).slice(0, mostName) : pseudonymOf(String(value), userKey);
  },
};
