/** What is said of why something is listed: pure. */
import type { ItemList, Why } from '../../api/client/client.ts';
import { count, many } from './format.ts';

type WhyItem = Why['contributions'][number];

/** "★ 4.5", "bought 2, viewed": what was done, the strongest first. */
export const didOf = (events: WhyItem['events']): string =>
  events.map(({ kind, value }) => words[kind](value)).join(', ');

const words: Readonly<Record<WhyItem['events'][number]['kind'], (value: number) => string>> = {
  rating: value => `${value.toFixed(1)} stars`,
  order: value => `ordered ${count(value)}`,
  view: () => 'viewed',
  return: value => `returned ${count(value)}`,
};

/** With its sign, to three places: a score has as many. */
export const contributionOf = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

/** What the table is about, and what it leaves out. */
export function whySummary({ sum, count: all, contributions }: Pick<Why, 'sum' | 'count' | 'contributions'>): string {
  const listed = contributions.reduce((total, { contribution }) => total + contribution, 0);
  const about = sum === null ? '' : `Everything that was done comes to ${sum.toFixed(3)}`;
  const rest = all - contributions.length;
  if (rest === 0 || sum === null) return `${about}.`;
  return `${about}; ${many(rest, 'other film')} ${rest === 1 ? 'adds' : 'add'} ${contributionOf(sum - listed)}.`;
}

/** Where the user's own events explain nothing, what everybody does. */
export function othersOf({ reason, others: { ratings, liked } }: Pick<Why, 'reason' | 'others'>): string {
  if (reason === 'personal') return 'It fits the user’s vector; what adds to that is not known of this generation.';
  if (ratings !== null) return `${many(ratings, 'rating')} in the newest window.`;
  if (liked !== null) return `${count(liked)} users liked it.`;
  return 'Few have rated it so far.';
}

/** What films are alike by: where nobody has rated one yet, its genres and tags alone say where it stands. */
export const alikeTitle = ({ likeness }: Pick<ItemList, 'likeness'>): string =>
  likeness === 'description' ? 'Films like it, by genres and tags alone as nobody has rated it yet:' : 'Films like it:';
