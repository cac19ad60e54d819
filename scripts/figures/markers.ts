import { UnusableResults } from './read.ts';

const begin = '<!-- figures: what stands from here on is written by `node scripts/figures.ts generate` -->';
const end = '<!-- figures: end -->';

/** A page with other text between its two markers. @throws {UnusableResults} where it does not have them once, in order */
export function between(page: string, text: string): string {
  const [before = '', rest, ...others] = page.split(begin);
  const [, after, ...more] = rest?.split(end) ?? [];
  if (after === undefined || others.length + more.length > 0)
    throw new UnusableResults('The page has no one place for figures', `Give it one line ${begin} and one ${end}`);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}
