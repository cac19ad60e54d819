/** The head of a list's document, parsed without the rest: a list of ten needs ten of a hundred candidates. */

/** An item as `asListDocument` writes it: nothing else between braces, so what comes behind it is another one or the end. */
const item = /\{"itemId":"(?:[^"\\]|\\.)*","score":-?\d[\d.eE+-]*,"reason":"[a-z]+"\}(?=[,\]])/y;
const opening = '"items":[';

/**
 * The JSON with the first n items alone; undefined where it has no more than these, or is not of the form that our
 * topology writes: then it has to be parsed whole.
 */
export function headOf(text: string, n: number): string | undefined {
  // Quotes within strings are escaped, so this is the name of a field: of the list itself, as no brace lies between.
  const begin = text.indexOf(opening);
  let at = begin + opening.length;
  if (begin < 0 || text.indexOf('{', 1) !== at || !text.endsWith(']}')) return undefined;
  for (let count = 0; count < n; count++) {
    if (count > 0) at++; // the comma
    item.lastIndex = at;
    if (!item.test(text)) return undefined;
    at = item.lastIndex;
  }
  return text[at] === ',' ? `${text.slice(0, at)}]}` : undefined;
}
