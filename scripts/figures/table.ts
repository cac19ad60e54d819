/** Figures as cells, and cells as a table of Markdown. */
import type { Better } from '../../bench/support/shape.ts';

/** Enough digits to compare. */
export function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(4)));
}

/** How many times as good the one is as the other: above 1 is ahead, whichever way is better. */
export const timesAsGood = (ours: number, rival: number, better: Better): number =>
  better === 'more' ? ours / rival : rival / ours;

/** What is behind says so. */
export function ratioCell(ratio: number): string {
  const text = ratio.toPrecision(3);
  return ratio < 1 ? `**${text}, behind**` : text;
}

export const table = (rows: readonly (readonly string[])[]): string => {
  const [head = [], ...body] = rows.map(row => row.map(cell => cell.replaceAll('|', '\\|')));
  const lines = [head, head.map(() => '---'), ...body];
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n');
};
