/** How refusals are described: each of a kind once, and every operation points at it. */
const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const header = (description: string) => ({ description, required: true, schema: { type: 'string' } });
const retryAfter = { 'Retry-After': header('Whole seconds until it may be asked again') };

export const refusals = {
  Refused: { description: 'Refused, and why', content: problem },
  Unauthorized: {
    description: 'Not known, or no longer',
    content: problem,
    headers: { 'WWW-Authenticate': header('RFC 6750: with `error` where a credential was shown') },
  },
  Forbidden: { description: 'Known, and not for this', content: problem },
  TooManyRequests: { description: 'Asked more often than the caller may', content: problem, headers: retryAfter },
  Unavailable: { description: 'Not now', content: problem, headers: retryAfter },
} as const;

const named: { readonly [status: number | string]: keyof typeof refusals } = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'TooManyRequests',
  503: 'Unavailable',
};

export const refusalOf = (status: number | 'default') => ({
  $ref: `#/components/responses/${named[status] ?? 'Refused'}`,
});
