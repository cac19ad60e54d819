/** What is said of a list and its items: pure. */
import type { ItemList, ListedItem } from '../../api/client/client.ts';
import { ago, count } from './format.ts';

/** Why something is listed, in a few words. */
export const why: Readonly<Record<ListedItem['reason'], string>> = {
  personal: 'fits what you rated',
  similar: 'like what you rated',
  trending: 'rated much lately',
  popular: 'popular with everybody',
  new: 'new, and tried out on some',
};

/** "personal · model 1.42 · 3 s ago". @param since_ms how long ago the list was fetched */
export function provenance(
  { reason, modelVersion, ageMs }: Pick<ItemList, 'reason' | 'modelVersion' | 'ageMs'>,
  since_ms: number,
): string {
  const parts: string[] = [reason];
  if (modelVersion !== null) parts.push(`model ${modelVersion}`);
  if (ageMs !== null) parts.push(ago(ageMs + since_ms));
  return parts.join(' · ');
}

/** Scores compare within a list and reason only, and mean what the reason says: a count is told whole. */
export const scoreOf = ({ score, reason }: Pick<ListedItem, 'score' | 'reason'>): string =>
  reason === 'trending' || reason === 'new' ? count(score) : score.toFixed(reason === 'popular' ? 1 : 3);

/** The share of the greatest score that each item has, 0 to 1: how long its bar is. */
export function shares(values: readonly number[]): number[] {
  const most = Math.max(0, ...values);
  return values.map(value => (most === 0 ? 0 : Math.max(0, value / most)));
}
