/** Takes out of a text what nobody may read: the configured secrets, whatever looks like one, and addresses of people. */

export const hidden = '***';

/** A text that is looked at; what is beyond it is left out, since whoever makes an endless message must not be obeyed. */
const mostRead = 16_384;
/** Shorter secrets are found as words only, else each letter of every text might be one. */
const leastAnywhere = 4;

type Rule = readonly [pattern: RegExp, by: string];

/**
 * What credentials look like wherever they come from: PEM, JSON Web Tokens (RFC 7519), HTTP's schemes (RFC 9110), our API
 * keys, users in URLs (RFC 3986), the pairs of connection strings, of shared access signatures and of forms; and what is
 * quoted of a person: addresses of mail, and the text that a parser of JSON could not read.
 */
const looks: readonly Rule[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*){0,3}/g, hidden],
  [/\bmrk_[0-9a-f]+_[\w-]+/g, hidden],
  [/\b(bearer|basic|digest|dpop|negotiate|sharedaccesssignature)( +)[^\s"',;]+/gi, `$1$2${hidden}`],
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\r\n]+)/gi,
    `$1$2${hidden}`,
  ],
  [
    /((?:sharedaccesskey|sharedaccesssignature|accountkey|passphrase|password|passwd|pwd|secret|token|api[-_]?key|private[-_]?key|assertion)["']?\s*[=:]\s*["']?)[^\s"'&;,}]+/gi,
    `$1${hidden}`,
  ],
  [/\b((?:sig|key|skn)=)[^\s"'&;,}]+/gi, `$1${hidden}`],
  [/(:\/\/)[^/\s"'@]*@/g, `$1${hidden}@`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s?"'<>]+\?)[^\s"'<>]*/gi, `$1${hidden}`],
  [/[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, hidden],
  [/, (?:\.\.\.)?"[\s\S]*"(?:\.\.\.)? is not valid JSON/g, ' is not valid JSON'],
];

export class Redactor {
  readonly #secrets: readonly string[];
  readonly #words: readonly RegExp[];

  /** `secrets` are found as they are, and as URLs, JSON and base64 write them. */
  constructor(secrets: Iterable<string> = []) {
    const forms = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length);
    this.#secrets = forms.filter(({ length }) => length >= leastAnywhere);
    this.#words = forms.filter(({ length }) => length < leastAnywhere).map(asWord);
  }

  /** The text without any of it; `values` are what else is not to be read there, as words: what a request brought. */
  text(given: string, values: Iterable<string> = []): string {
    let text = within(given);
    for (const secret of this.#secrets) text = text.replaceAll(secret, hidden);
    for (const word of this.#words) text = text.replaceAll(word, hidden);
    for (const value of values) text = text.replaceAll(asWord(value), hidden);
    for (const [pattern, by] of looks) text = text.replaceAll(pattern, by);
    return text;
  }
}

/** A word that is cut in two might be the first half of a secret. */
const within = (text: string): string => (text.length <= mostRead ? text : text.slice(0, mostRead).replace(/\S*$/, ''));

function formsOf(secret: string): string[] {
  if (secret.trim() === '') return [];
  return [...partsOf(secret)].flatMap(text => [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
  ]);
}

/** A connection string is `Name=value;…`: each of its secret values is one by itself. */
function partsOf(secret: string): readonly string[] {
  const values = [...secret.matchAll(/(?:SharedAccessKey|SharedAccessSignature|AccountKey)=([^;]+)/gi)];
  return [secret, secret.trim(), ...values.flatMap(([, value]) => value ?? [])];
}

const asWord = (value: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}_])${escaped(value)}(?![\\p{L}\\p{N}_])`, 'gu');

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
