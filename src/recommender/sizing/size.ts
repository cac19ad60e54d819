/** What a shop needs, of what was measured: bench/sizing.ts and others; docs/OPERATIONS.md tells how to choose by it. */
import { documentFigures } from './documents.ts';
import type { Figure } from './figure.ts';
import { type LoadInput, type Settled, settled } from './load.ts';
import { logFigures } from './log.ts';
import { measuredUpTo } from './measured.ts';
import { memoryFigures } from './memory.ts';
import { processorFigures } from './processor.ts';
import { ratesOf } from './rates.ts';

export interface Sizing {
  readonly load: Settled;
  readonly figures: readonly Figure[];
  /** What to think of besides the figures. */
  readonly notes: readonly string[];
}

/** So far beyond what was measured a plane is a guess. */
const farBeyond = 10;
const day_s = 86_400;
const mostEveryVersions = 1_000_000;

/** @throws {z.ZodError} for a load that is none */
export function size(given: LoadInput): Sizing {
  const load = settled(given);
  const figures = [...logFigures(load), ...processorFigures(load), ...memoryFigures(load), ...documentFigures(load)];
  return { load, figures, notes: [...beyond(load), ...aboutLists(load), ...aboutLearning(figures)] };
}

function beyond(load: Settled): string[] {
  return (['users', 'items', 'ratings'] as const).flatMap(name => {
    const times = load[name] / measuredUpTo[name];
    if (times <= farBeyond) return [];
    return [
      `${name} are ${Math.round(times)} times as many as were measured: try a part of it before you believe the bytes`,
    ];
  });
}

/** With 64 versions for each list a shop of a million users would write its lists all the time. */
function aboutLists(load: Settled): string[] {
  const { mean } = ratesOf(load);
  const daily = Math.min(mostEveryVersions, Math.ceil(mean.versions * day_s));
  if (mean.lists <= mean.events || daily <= load.everyVersions) return [];
  return [
    `most documents are lists that come round with the versions: lists.everyVersions ${daily} makes one a day of each user without news, in place of ${Math.round((daily / load.everyVersions) * 10) / 10}`,
  ];
}

function aboutLearning(figures: readonly Figure[]): string[] {
  const cores = figures.find(({ name }) => name === 'trainCores')?.value ?? 0;
  return cores <= 1
    ? []
    : [
        'one task learns all of it, and one processor is not enough: it falls behind in the busiest minute and catches up by greater cuts',
      ];
}
