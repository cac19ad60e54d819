/** What commands print: to standard output a text for people or one JSON object for scripts. */

/** The flag that every command has. */
export interface OutputFlags {
  readonly json?: true;
}

/** Prints the result once. Whatever else there is to say goes to standard error. */
export function print({ json }: OutputFlags, result: object, text: () => string): void {
  if (json === true) printJson(result);
  else process.stdout.write(`${text()}\n`);
}

export const printJson = (result: object): void => {
  process.stdout.write(`${JSON.stringify(result)}\n`);
};

type Cell = string | number | null;

/** Columns as wide as they must be; numbers to the right, null as a dash. Control characters are shown, not sent. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map(row => row.map(shown));
  const widths = head.map((name, column) => Math.max(name.length, ...texts.map(row => row[column]?.length ?? 0)));
  const numeric = head.map((_, column) => rows.every(row => typeof row[column] !== 'string'));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), ...texts.map(line)].join('\n');
}

/** Control characters, and those that turn the direction of what follows (Unicode, UAX #9): a key could look like another. */
const unseen = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text that somebody may have sent, so that a terminal shows all of it and obeys none of it. */
export const visible = (text: string): string =>
  text.replaceAll(unseen, character => {
    const json = JSON.stringify(character).slice(1, -1); // which leaves those from U+007F on as they are
    return json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : json;
  });

/** Longest cell: a reason may quote what somebody sent. */
const maxCell = 100;

function shown(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'number') return Number.isInteger(cell) ? String(cell) : cell.toFixed(4);
  const text = visible(cell);
  return text.length > maxCell ? `${text.slice(0, maxCell - 1)}…` : text;
}
