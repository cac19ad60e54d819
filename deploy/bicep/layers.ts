/** Files of values as Helm lays them over each other, so that what is verified has the settings that the chart was given. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { MillraceError } from '../../src/errors.ts';
import { type Outputs, settingsOf } from './outputs.ts';
import type { Environment } from './parameters.ts';

const root = join(import.meta.dirname, '../..');

const Group = z.record(z.string(), z.unknown());
export type Group = z.infer<typeof Group>;
const Values = Group.nullable().transform(values => values ?? {});

/** A file of values is none. */
export class WrongValues extends MillraceError {
  readonly code = 'WRONG_VALUES';
}

export const ownValues = (environment: Environment): string => join(root, `deploy/bicep/${environment}.values.yaml`);

/**
 * The block `config` that `install` has Helm make of the chart, the environment, the deployment and `files`, in that order.
 * @throws {WrongValues}
 */
export async function configOf(environment: Environment, outputs: Outputs, files: readonly string[]): Promise<Group> {
  const [chart, own] = [
    await readValues(join(root, 'deploy/chart/values.yaml')),
    await readValues(ownValues(environment)),
  ];
  const given = await Promise.all(files.map(readValues));
  const { config } = [own, { config: settingsOf(outputs) }, ...given].reduce(laidOver, chart);
  return Group.parse(config);
}

/** Settings of the commands that verify: those of the processes, since the state's identity has some of them in it. What topics keep is looked at, too. */
export const verifiedOf = async (...given: Parameters<typeof configOf>): Promise<Group> =>
  laidOver(await configOf(...given), { retention: { days: given[1].retentionDays } });

/** Groups are laid over each other name by name, anything else is replaced; null takes away what is below. */
export function laidOver(below: Group, above: Group): Group {
  const laid = new Map(Object.entries(below));
  for (const [name, value] of Object.entries(above)) {
    const [under, over] = [Group.safeParse(laid.get(name)), Group.safeParse(value)];
    if (value === null) laid.delete(name);
    else laid.set(name, over.success ? laidOver(under.data ?? {}, over.data) : value);
  }
  return Object.fromEntries(laid);
}

async function readValues(path: string): Promise<Group> {
  const { success, data, error } = Values.safeParse(await parsed(path));
  if (success) return data;
  throw new WrongValues(`${path} holds no values of a chart: ${z.prettifyError(error)}`, remedy);
}

async function parsed(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof YAMLParseError) && !(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new WrongValues(`${path} cannot be read: ${cause.message}`, remedy, { cause });
  }
}

const remedy = 'Give --values the files that `apply` was given';
