/** The events of `/v2/live`, read from text that came over the wire. */
import { UnreadableEvent } from './errors.ts';
import type { components } from './schema.ts';
import { jsonIn } from './server-events.ts';

type Wire = components['schemas'];

/** What the engine and the model do, told every second. Where nothing in the process can tell, null. */
export type Sample = Omit<Wire['LiveSample'], 'at'> & {
  /** When the server took it, milliseconds since 1970. */
  readonly at: number;
};

/** Milliseconds from an event's entering the log to the commit of the list that it changed. */
export type Freshness = NonNullable<Wire['LiveSample']['freshness']>;
export type ModelFigures = NonNullable<Wire['LiveSample']['model']>;

export type TaskLag = Wire['LiveSample']['tasks'][number];

/** Whose list or profile has changed. */
export type ListNews = Wire['LiveList'];

/** @throws {UnreadableEvent} for anything else */
export function sampleOf(text: string): Sample {
  const fields = fieldsOf(text);
  const { freshness, model } = fields;
  return {
    at: Date.parse(textIn(fields, 'at')),
    eventsPerSecond: numberIn(fields, 'eventsPerSecond'),
    records: numberIn(fields, 'records'),
    lag: numberIn(fields, 'lag'),
    lagMs: figureIn(fields, 'lagMs'),
    tasks: tasksIn(fields),
    epochs: figureIn(fields, 'epochs'),
    deadLetters: figureIn(fields, 'deadLetters'),
    waiting: fields['waiting'] === null ? null : textIn(fields, 'waiting'),
    freshness: isFields(freshness) ? freshnessOf(freshness) : null,
    model: isFields(model) ? modelOf(model) : null,
  };
}

/** @throws {UnreadableEvent} for anything else */
export function listNewsOf(text: string): ListNews {
  const fields = fieldsOf(text);
  return {
    userId: textIn(fields, 'userId'),
    modelVersion: fields['modelVersion'] === null ? null : textIn(fields, 'modelVersion'),
  };
}

/** Id of the list that an event of `…/recommendations/live` brings. @throws {UnreadableEvent} for anything else */
export const listIdOf = (text: string): string => textIn(fieldsOf(text), 'listId');

function tasksIn({ tasks }: Fields): TaskLag[] {
  if (!Array.isArray(tasks)) throw new UnreadableEvent('tasks is not a list');
  return tasks.map((fields: unknown) => {
    if (!isFields(fields)) throw new UnreadableEvent('a task is not an object');
    return {
      task: textIn(fields, 'task'),
      behind: numberIn(fields, 'behind'),
      behindMs: figureIn(fields, 'behindMs'),
    };
  });
}

const freshnessOf = (fields: Fields): Freshness => ({
  p50: numberIn(fields, 'p50'),
  p99: numberIn(fields, 'p99'),
  count: numberIn(fields, 'count'),
});

const modelOf = (fields: Fields): ModelFigures => ({
  version: textIn(fields, 'version'),
  records: numberIn(fields, 'records'),
  rmse: figureIn(fields, 'rmse'),
  recentRmse: figureIn(fields, 'recentRmse'),
});

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function fieldsOf(text: string): Fields {
  const value = jsonIn(text);
  if (!isFields(value)) throw new UnreadableEvent('it is not an object');
  return value;
}

function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new UnreadableEvent(`${name} is not a text`);
  return value;
}

function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw new UnreadableEvent(`${name} is not a number`);
  return value;
}

const figureIn = (fields: Fields, name: string): number | null =>
  fields[name] === null ? null : numberIn(fields, name);
