/** The headers that browsers are told to be careful by: the same on every answer, so helmet is asked for them once. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

export interface Security {
  /** Origins besides our own that our pages may ask. */
  readonly pagesMayAsk?: readonly string[] | undefined;
}

/** By name in lower case. */
export function securityHeaders({ pagesMayAsk = [] }: Security): Readonly<Record<string, string>> {
  // Never sent: helmet writes its headers on it, and nothing of the request goes into them.
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({ contentSecurityPolicy: { directives: directivesOf(pagesMayAsk) } })(response.req, response, error => {
    if (error instanceof Error) throw error;
  });
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}

/** Pages load nothing from elsewhere, and nothing that is written into them runs or styles them. */
const directivesOf = (pagesMayAsk: readonly string[]) => ({
  upgradeInsecureRequests: null,
  styleSrc: ["'self'"],
  fontSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'", ...pagesMayAsk],
});
