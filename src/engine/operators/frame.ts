import type { StateValue } from '../step.ts';

/** A state value behind a line of text that tells about it. The header has no line breaks. */
export function framed(header: string, value: StateValue): StateValue {
  const line = `${header}\n`;
  return typeof value === 'string' ? line + value : Buffer.concat([Buffer.from(line), value]);
}

/** The header and the value of what `framed` has made. */
export function unframed(stored: StateValue): readonly [header: string, value: StateValue] {
  const end = typeof stored === 'string' ? stored.indexOf('\n') : stored.indexOf(lineFeed);
  const header = stored.slice(0, end);
  const text = typeof header === 'string' ? header : Buffer.from(header).toString();
  return [text, stored.slice(end + 1)];
}

const lineFeed = 10;
