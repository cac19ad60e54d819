/** What is on this machine, and what needs no TLS for that. */
const names = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);

export const isLoopback = (host: string): boolean => names.has(host);

/** Keys that come without TLS are anybody's, but for those of this machine. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

export const isOfThisMachine = (url: string): boolean => isLoopback(URL.parse(url)?.hostname ?? '');
