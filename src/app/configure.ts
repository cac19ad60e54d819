/** The configuration of a process: file, environment, flags, in that order; what comes later wins. */
import type { z } from 'zod';
import { type Config, configSchema } from './config.ts';
import { InvalidConfiguration } from './config-errors.ts';
import { type Setting, settings } from './config-settings.ts';
import { fileVariable, fromEnvironment, fromFile, fromFlags, type Given } from './config-sources.ts';
import { checkTogether } from './config-together.ts';
import { shown } from './secret.ts';

export interface ConfigSources {
  /** A YAML file; else the one that MILLRACE_CONFIG names; else none. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Parameters<typeof fromFlags>[0];
}

export interface Configured {
  readonly config: Config;
  /**
   * Every setting in the order of the schema, with its value as anybody may see it and where that comes from:
   * `default`, or as in `Given`.
   */
  readonly origins: readonly Given[];
}

/** @throws {InvalidConfiguration} that names where the setting stands */
export function configure({ file, environment, flags = {} }: ConfigSources): Configured {
  const named = file ?? environment[fileVariable];
  const given = [...(named === undefined ? [] : fromFile(named)), ...fromEnvironment(environment), ...fromFlags(flags)];
  const last = new Map(given.map(one => [one.path, one]));
  const all = settings.map(setting => ({ setting, one: checked(setting, last.get(setting.path)) }));
  const config = configSchema.parse(treeOf(all.map(({ one }) => one)));
  const origins = all.map(({ setting, one }) => ({ ...one, value: shown(setting.schema, one.value) }));
  checkTogether(config, origins);
  return { config, origins };
}

function checked({ path, schema }: Setting, given: Given | undefined): Given {
  const result = schema.safeParse(given?.value);
  const origin = given?.origin ?? 'default';
  if (result.success) return { path, value: result.data, origin };
  throw new InvalidConfiguration(
    `${origin}: ${path} is ${JSON.stringify(shown(schema, given?.value))}: ${whyOf(result.error)}`,
    'See docs/CONFIGURATION.md, and `millrace doctor` for where each setting comes from',
  );
}

const whyOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');

interface Tree {
  [name: string]: unknown;
}

function treeOf(values: readonly Given[]): Tree {
  const tree: Tree = {};
  const groups = new Map<string, Tree>([['', tree]]);
  for (const { path, value } of values) {
    const names = path.split('.');
    groupAt(names.slice(0, -1))[names.at(-1) ?? ''] = value;
  }
  return tree;

  function groupAt(names: readonly string[]): Tree {
    const known = groups.get(names.join('.'));
    if (known !== undefined) return known;
    const group: Tree = {};
    groupAt(names.slice(0, -1))[names.at(-1) ?? ''] = group;
    groups.set(names.join('.'), group);
    return group;
  }
}
