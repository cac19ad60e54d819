/** What commands about experiments take: a share of the users, and settings for one generation alone. */
import { InvalidArgumentError, Option } from 'commander';
import { applicationSettings } from '../app/config.ts';
import { InvalidConfiguration } from '../app/config-errors.ts';
import { nearestPath, settingAt } from '../app/config-settings.ts';
import { type ConfigFlags, configurationOf, portFlags } from './flags.ts';

export const shareFlag = (): Option =>
  new Option('--share <part>', 'only try it out, with this part of the users, by hash: 0.1, or 10%').argParser(shareOf);

export const setFlag = (): Option =>
  new Option('--set <name=value>', 'a setting below `model` for this generation alone; may be repeated').argParser(
    (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
  );

/** More than nobody, and not everybody: both are no experiment. */
function shareOf(text: string): number {
  const percent = /^(?<number>\d+(?:\.\d+)?)\s*%$/.exec(text)?.groups?.['number'];
  const share = percent === undefined ? Number(text) : Number(percent) / 100;
  if (text.trim() !== '' && share > 0 && share < 1) return share;
  throw new InvalidArgumentError('Give a part of the users between 0 and 1, such as 0.1 or 10%.');
}

/**
 * What a command carries of `--set`: whole groups, of which the rest is as configured.
 * @throws {InvalidConfiguration} for names and values that are none
 */
export function settingsSet(flags: ConfigFlags, given: readonly string[]): object {
  const pairs = given.map(pairOf);
  const { config } = configurationOf(flags, portFlags, Object.fromEntries(pairs));
  const groups = new Set(pairs.map(([path]) => path.replace(/^model\./, '').split('.')[0]));
  const { model } = applicationSettings(config).learner;
  return Object.fromEntries(Object.entries(model).filter(([name]) => groups.has(name)));
}

function pairOf(text: string) {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidConfiguration(`--set ${text}: there is no '='`, form);
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  const path = name === 'seed' ? name : `model.${name}`;
  if (settingAt(path) === undefined)
    throw new InvalidConfiguration(
      `--set: there is no setting 'model.${name}'`,
      `Did you mean '${nearestPath(path).replace(/^model\./, '')}'? ${form}`,
    );
  if (keptUp.test(name))
    throw new InvalidConfiguration(
      `--set: 'model.${name}' says how any model is kept up, and nothing of one generation`,
      'Set it for the process that runs `train`',
    );
  return [path, { flag: '--set', value }] as const;
}

const form = 'Write NAME=VALUE, such as factors=64';

const keptUp = /^(?:generations|refresh|heavy|cutEvery|maxPending|threads)\b/;
