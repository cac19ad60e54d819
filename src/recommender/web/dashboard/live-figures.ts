/** The live panel's charts and figures, from what the server told: pure. */
import type { ModelHistory } from '../../api/client/client.ts';
import type { Sample } from '../../api/client/live.ts';
import type { Plot } from '../components/plot.ts';
import { clock, compact, count, day, orDash, rate, span, stretch } from './format.ts';

/** Two minutes of samples, one a second. */
const mostSamples = 120;
const mostVersions = 500;

export type Version = ModelHistory['versions'][number];

export const withSample = (samples: readonly Sample[], next: Sample): readonly Sample[] => [
  ...samples.slice(-mostSamples + 1),
  next,
];

/** The history with the version that a sample names, unless it is there. */
export function withModel(versions: readonly Version[], { at, model }: Sample): readonly Version[] {
  if (model === null || versions.some(({ version }) => version === model.version)) return versions;
  const next = { ...model, at: new Date(at).toISOString() };
  return [...versions.slice(-mostVersions + 1), next];
}

export interface Figure {
  readonly name: string;
  readonly value: string;
  /** What the figure is, for whoever asks. */
  readonly meaning: string;
}

export const figuresOf = (sample: Sample | undefined): readonly Figure[] => [
  {
    name: 'Events/s',
    value: orDash(sample?.eventsPerSecond, rate),
    meaning: 'Events from outside, over the newest ten seconds',
  },
  { name: 'Lag', value: orDash(sample?.lag, count), meaning: 'Records that wait to be read' },
  {
    name: 'Lag in time',
    value: orDash(sample?.lagMs, stretch),
    meaning: 'Event time from what the latest task has read to the newest record',
  },
  ...freshnessOf(sample?.freshness),
  { name: 'Epochs', value: orDash(sample?.epochs, compact), meaning: 'Atomic units of work done' },
  { name: 'Events', value: orDash(sample?.records, compact), meaning: 'Events from outside that were read so far' },
  {
    name: 'Dead letters',
    value: orDash(sample?.deadLetters, count),
    meaning: 'Events that were refused, kept with a reason',
  },
  {
    name: 'Model error',
    value: orDash(sample?.model?.recentRmse, stars),
    meaning: 'Stars off, over the newest events',
  },
];

const freshnessOf = (freshness: Sample['freshness'] | undefined): readonly Figure[] => [
  { name: 'Freshness p50', value: orDash(freshness?.p50, span), meaning: 'Half of all lists changed sooner' },
  { name: 'Freshness p99', value: orDash(freshness?.p99, span), meaning: '99 of 100 lists changed sooner' },
];

const stars = (value: number): string => value.toFixed(3);

export function eventsPlot(samples: readonly Sample[]): Plot {
  return {
    shape: 'events',
    height: 120,
    kind: 'line',
    x: {
      label: 'Time (UTC)',
      format: at => clock(at * 1_000),
      values: samples.map(({ at }) => at / 1_000),
      time: true,
    },
    y: { label: 'Events/s', format: rate, fromZero: true },
    series: [{ label: 'Events/s', weight: 'strong', values: samples.map(({ eventsPerSecond }) => eventsPerSecond) }],
  };
}

/** By events scored, not by time: a backlog of years is learnt in seconds. */
export function errorPlot(versions: readonly Version[]): Plot {
  const scored = versions.filter(({ rmse, recentRmse }) => rmse !== null || recentRmse !== null);
  return {
    shape: 'error',
    height: 150,
    kind: 'line',
    x: {
      label: 'Events scored',
      format: count,
      values: scored.map(({ records }) => records),
      time: false,
    },
    y: { label: 'RMSE', format: stars, formatLong: stars, fromZero: false },
    series: [
      { label: 'Newest events', weight: 'strong', values: scored.map(({ recentRmse }) => recentRmse) },
      { label: 'All events', weight: 'faint', values: scored.map(({ rmse }) => rmse) },
    ],
  };
}

export function errorSummary(versions: readonly Version[]): string {
  const newest = versions.at(-1);
  if (newest === undefined) return 'There is no model yet.';
  return `Model ${newest.version}: ${orDash(newest.recentRmse, stars)} stars off over the newest events, ${orDash(newest.rmse, stars)} over all ${count(newest.records)}.`;
}

export const eventsSummary = (samples: readonly Sample[]): string => {
  const newest = samples.at(-1);
  return newest === undefined
    ? 'Nothing was told yet.'
    : `Now ${orDash(newest.eventsPerSecond, rate)} events a second.`;
};

interface Day {
  readonly start: string;
  readonly count: number;
}

/** A film's days side by side: between two of them may lie years in which nobody rated it. */
export function daysPlot(days: readonly Day[]): Plot {
  const dayAt = (place: number): string => {
    const at = days[place];
    return at === undefined ? '' : day(Date.parse(at.start));
  };
  return {
    shape: `days ${days.map(({ start }) => start).join()}`,
    height: 120,
    kind: 'bars',
    x: { label: 'Day', format: dayAt, values: days.map((_, place) => place), time: false },
    y: { label: 'Ratings', format: count, fromZero: true },
    series: [{ label: 'Ratings', weight: 'strong', values: days.map(each => each.count) }],
  };
}
