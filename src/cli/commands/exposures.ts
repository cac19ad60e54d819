import { type Command, Option } from 'commander';
import type { PolicyAttribution } from '../../recommender/domain/attribution.ts';
import { shareInterval } from '../../recommender/domain/intervals.ts';
import { attributed } from '../../recommender/jobs/exposures.ts';
import { hours } from '../../stream/time.ts';
import { openExisting } from '../application.ts';
import { atLeastOne, type ConfigFlags, configurationOf, jsonFlag, portFlags, withSettings } from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';

type Flags = ConfigFlags & OutputFlags & { readonly within: number };

const usualHours = 24;

/** `millrace exposures`: which lists were shown, and what users did then. */
export function addExposures(program: Command): void {
  withSettings(program.command('exposures'), portFlags)
    .description('lists that were reported as shown, by policy, and how many were followed by a rating or an order')
    .addOption(
      new Option('--within <hours>', 'how long after a list an event counts for it')
        .argParser(atLeastOne)
        .default(usualHours),
    )
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      '\nUsers are drawn into the arms of an experiment, so arms compare by the share of users who followed; its interval is that of Wilson at 95 %.',
    )
    .action(exposures);
}

async function exposures(flags: Flags): Promise<void> {
  await using ports = await openExisting(configurationOf(flags, portFlags).config);
  const policies = (await attributed(ports, hours(flags.within))).map(withShare);
  print(flags, { withinHours: flags.within, policies }, () => textOf(policies));
}

function withShare(figures: PolicyAttribution) {
  const { shown, followed } = figures.users;
  return { ...figures, userShare: followed / shown, userShareInterval: shareInterval({ hits: followed, of: shown }) };
}

const head = ['policy', 'lists', 'followed', 'items', 'followed', 'users', 'followed', 'share', 'low', 'high'];

const textOf = (policies: readonly ReturnType<typeof withShare>[]): string =>
  policies.length === 0
    ? 'no list was reported as shown'
    : table(
        head,
        policies.map(({ policy, lists, items, users, userShare, userShareInterval: interval }) => [
          policy,
          ...[lists, items, users].flatMap(({ shown, followed }) => [shown, followed]),
          userShare,
          interval?.low ?? null,
          interval?.high ?? null,
        ]),
      );
