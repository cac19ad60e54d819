/** The settings of the Cosmos DB adapter: where the account is, how to get in, and what its database is made with. */
import { z } from 'zod';
import { secret } from './secret.ts';

const text = () => z.string().min(1).optional();

const throughput = z.strictObject({
  mode: z
    .enum(['autoscale', 'manual', 'serverless'])
    .default('autoscale')
    .describe(
      'What `millrace documents create` asks for: up to so many request units a second by demand, always so many, or an account that has no throughput of its own.',
    ),
  requestUnits: z
    .int()
    .min(400)
    .max(1_000_000)
    .default(1_000)
    .describe('Request units a second, at most or always: in thousands with autoscale, in hundreds with manual.'),
  of: z
    .enum(['database', 'container'])
    .default('database')
    .describe('Whether all containers share them, or each has them for itself.'),
});

export const cosmosSection = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Account of the documents, such as `https://ACCOUNT.documents.azure.com`.'),
  key: secret(
    text().describe('Its key; where this and `cosmos.keyFile` are absent Entra ID (DefaultAzureCredential) signs in.'),
  ),
  keyFile: text().describe('File with the key.'),
  database: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,255}$/, 'letters, digits, dashes and underscores')
    .default('millrace')
    .describe('Database in the account; one for each cluster that shares it.'),
  reads: z
    .enum(['session', 'consistent-prefix', 'eventual'])
    .default('session')
    .describe(
      'Consistency of the documents that are served; a weaker one than `session` may show a process less than it has written. Everything that a write is decided by is read in the session.',
    ),
  timeout_ms: z
    .int()
    .min(100)
    .max(120_000)
    .default(10_000)
    .describe('How long one request may take; what takes longer is tried again.'),
  throughput,
});
