/** Settings of who may ask, how often, and from where. */
import { z } from 'zod';
import { isSafeUrl } from '../recommender/api/auth/loopback.ts';
import { defaultTenants } from '../recommender/api/auth/tenants.ts';
import { algorithms } from '../recommender/api/auth/algorithms.ts';
import { textList } from './text-list.ts';

const text = (most = 200) => z.string().min(1).max(most);
const perSecond = (role: string, usual: number) =>
  z
    .number()
    .positive()
    .max(1e6)
    .default(usual)
    .describe(`Requests a second of ${role} at each server; more are answered 429.`);
const safeUrl = () =>
  z.string().refine(isSafeUrl, 'an address under https:, or under http: one of this machine').optional();

const isOrigin = (given: string): boolean => URL.canParse(given) && new URL(given).origin === given;
/** An address or a network of them, as `10.0.0.0/8`. */
const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

export const authSection = z.strictObject({
  keys: text(4_096)
    .optional()
    .describe(
      'Folder of the API keys, which `millrace keys` writes; read again while the server runs. Where neither this nor `auth.issuer` is set, nobody is asked who they are, and the server listens on loopback only.',
    ),
  issuer: safeUrl().describe(
    'Who issues the tokens that are taken (`iss`), such as `https://login.microsoftonline.com/TENANT/v2.0`; its keys are found by its description (OpenID Connect Discovery).',
  ),
  jwks: safeUrl().describe("Where the issuer's keys are, where it has no such description."),
  audience: text().optional().describe('Whom tokens have to be for (`aud`); needed with `auth.issuer`.'),
  algorithms: z
    .array(z.enum(algorithms))
    .min(1)
    .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .describe('Signatures that are taken; those of shared secrets, and none, never are.'),
  clockSkew_s: z.number().min(0).max(300).default(30).describe("Seconds by which the issuer's clock may be off."),
  claims: z.strictObject({
    user: text().default('sub').describe('Claim with the id of the user that a shopper acts for.'),
    role: text().default('roles').describe('Claim with the roles: a list, or words in a text.'),
    tenant: text()
      .optional()
      .describe('Claim with the tenant of a shopper or service, for a server of several; where absent there is one.'),
  }),
  roles: z.strictObject({
    service: text().default('Millrace.Service').describe('Role of who acts for every user of a tenant.'),
    monitor: text().default('Millrace.Monitor').describe('Role of who reads metrics and nothing else.'),
    admin: text().default('Millrace.Admin').describe('Role of who may do everything; of no tenant.'),
  }),
  mostTenants: z
    .int()
    .min(1)
    .max(10_000)
    .default(defaultTenants.most)
    .describe(
      'Tenants that a server answers, those that ask first; callers of others are answered 403, `TOO_MANY_TENANTS`.',
    ),
  rates: z.strictObject({
    shopper: perSecond('a shopper', 20),
    service: perSecond('a service or an admin, by its key or subject,', 5_000),
    anonymous: perSecond('an address that shows no credentials, or none that count,', 20),
    tenant: z
      .number()
      .positive()
      .max(1e6)
      .optional()
      .describe('The same of all callers of a tenant together; where absent they are counted one by one only.'),
    burst_s: z.number().min(0.1).max(60).default(5).describe('Seconds whose requests may come at once after a pause.'),
  }),
});

export const httpSection = z.strictObject({
  host: text().default('127.0.0.1').describe('Address to listen on; another than loopback needs credentials (`auth`).'),
  origins: textList(z.string().refine(isOrigin, 'an origin is https://HOST, without a path'), 100).describe(
    'Other sites whose pages may ask (CORS), joined by commas where it is a text.',
  ),
  trustedProxies: textList(network, 100).describe(
    'Addresses or networks of the proxies in front, whose word on where a request came from is taken; joined by commas where it is a text.',
  ),
  connections: z.int().min(1).max(1e6).default(10_000).describe('Connections at a time; more are closed at once.'),
});
