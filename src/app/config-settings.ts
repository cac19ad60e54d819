/** The settings of the schema as a list: what files, environment and flags may name, and what they may say. */
import { z } from 'zod';
import { nearest } from '../stream/nearest.ts';
import { configSchema } from './config.ts';

export interface Setting {
  /** Names from the outermost group to the setting, joined by dots: `model.gridExponent.users`. */
  readonly path: string;
  /** The variable of the environment: `MILLRACE_MODEL_GRID_EXPONENT_USERS`. */
  readonly variable: string;
  readonly schema: z.ZodType;
}

export const prefix = 'MILLRACE_';

/** In the order of the schema. */
export const settings: readonly Setting[] = settingsIn(configSchema, []);

/** Groups by their paths; the whole is ''. */
export const groups: ReadonlySet<string> = new Set(
  settings.flatMap(({ path }) => {
    const names = path.split('.');
    return names.map((_, depth) => names.slice(0, depth).join('.'));
  }),
);

export const settingAt = (path: string): Setting | undefined => settings.find(setting => setting.path === path);

/** The path that somebody may have meant: one that ends alike, else the one of the fewest edits. */
export function nearestPath(path: string): string {
  const name = path.split('.').at(-1) ?? '';
  const paths = [...settings.map(setting => setting.path), ...[...groups].filter(group => group !== '')];
  return paths.find(known => known.endsWith(`.${name}`)) ?? nearest(path, paths) ?? '';
}

function settingsIn(group: z.ZodObject, names: readonly string[]): Setting[] {
  return Object.entries(group.shape).flatMap(([name, schema]) => {
    const path = [...names, name];
    if (schema instanceof z.ZodObject) return settingsIn(schema, path);
    if (!(schema instanceof z.ZodType)) throw new TypeError(`${path.join('.')} has no schema`);
    return [{ path: path.join('.'), variable: variableOf(path), schema }];
  });
}

function variableOf(path: readonly string[]): string {
  return `${prefix}${path.map(name => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()).join('_')}`;
}
