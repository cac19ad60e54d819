/** Where settings come from: a YAML file, the environment, flags. Each says what it sets, to what, and where it says so. */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { nearest } from '../stream/nearest.ts';
import { InvalidConfiguration } from './config-errors.ts';
import { groups, nearestPath, prefix, settingAt, settings } from './config-settings.ts';

/** What one source says about one setting. */
export interface Given {
  readonly path: string;
  readonly value: unknown;
  /** For people: `millrace.yaml:3`, `MILLRACE_SEED`, `--seed`. */
  readonly origin: string;
}

/** Names the configuration file where no flag does. */
export const fileVariable = `${prefix}CONFIG`;
/** What platforms set; it wins over `MILLRACE_PORT`. */
export const portVariable = 'PORT';

/** @throws {InvalidConfiguration} with file and line */
export function fromFile(file: string): Given[] {
  const lines = new LineCounter();
  const document = parseDocument(textOf(file), { lineCounter: lines });
  const placeOf = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  const [error] = document.errors;
  if (error !== undefined) {
    const [what = ''] = error.message.split(' at line ');
    throw new InvalidConfiguration(`${placeOf(error.pos[0])}: ${what}`, 'Write it as YAML');
  }
  const { contents } = document;
  if (contents === null) return [];
  if (!isMap(contents)) throw new InvalidConfiguration(`${file}:1: this is no mapping`, 'Write lines of `name: value`');
  return within(contents, '');

  function within(map: YAMLMap, group: string): Given[] {
    return map.items.flatMap(({ key, value }) => {
      const place = placeOf(isScalar(key) ? (key.range?.[0] ?? 0) : 0);
      const name = isScalar(key) ? String(key.value) : '';
      const path = group === '' ? name : `${group}.${name}`;
      if (isMap(value) && groups.has(path)) return within(value, path);
      if (groups.has(path))
        throw new InvalidConfiguration(`${place}: '${path}' is a group of settings`, 'Write its settings below it');
      if (settingAt(path) === undefined)
        throw new InvalidConfiguration(
          `${place}: there is no setting '${path}'`,
          `Did you mean '${nearestPath(path)}'?`,
        );
      return [{ path, value: isNode(value) ? value.toJS(document) : undefined, origin: place }];
    });
  }
}

const isNode = (value: unknown): value is { toJS(document: unknown): unknown } =>
  typeof value === 'object' && value !== null && 'toJS' in value;

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidConfiguration(`${file} cannot be read: ${why}`, 'Name a YAML file with --config', { cause });
  }
}

/** @throws {InvalidConfiguration} for a variable that begins as ours do and that nobody knows */
export function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Given[] {
  const ours = Object.entries(environment).filter(([name]) => name.startsWith(prefix) && name !== fileVariable);
  const given = ours.map(([name, text]): Given => {
    const setting = settings.find(({ variable }) => variable === name);
    if (setting !== undefined) return { path: setting.path, value: valueOf(setting.path, text), origin: name };
    const known = [...settings.map(({ variable }) => variable), fileVariable];
    throw new InvalidConfiguration(
      `${name}: there is no such setting`,
      `Did you mean '${nearest(name, known) ?? ''}'?`,
    );
  });
  const port = environment[portVariable];
  if (port === undefined || port === '') return given;
  return [...given, { path: 'port', value: valueOf('port', port), origin: portVariable }];
}

/** `flags` are values by the paths of their settings; those that were not given are undefined. */
export const fromFlags = (
  flags: Readonly<Record<string, { readonly flag: string; readonly value: unknown }>>,
): Given[] =>
  Object.entries(flags).flatMap(([path, { flag, value }]) =>
    value === undefined
      ? []
      : [{ path, value: typeof value === 'string' ? valueOf(path, value) : value, origin: flag }],
  );

/** A text as it is where the setting takes one, else what it says as YAML: numbers, lists and mappings. */
function valueOf(path: string, text: string | undefined): unknown {
  if (text === undefined || settingAt(path)?.schema.safeParse(text).success === true) return text;
  const document = parseDocument(text);
  return document.errors.length === 0 ? document.toJS() : text; // where it is no YAML the schema says what is wrong
}
