/** The settings of schemas on a broker: which registries know those of others, and how values of ours name theirs. */
import { z } from 'zod';
import { secret } from './secret.ts';

const text = () => z.string().min(1).optional();
const address = () => z.url({ protocol: /^https?$/, hostname: /.+/ }).optional();

export const schemasSection = z.strictObject({
  write: z
    .enum(['single-object', 'confluent', 'azure'])
    .default('single-object')
    .describe(
      'How values that we write to a broker name their schema: by its fingerprint, or by the id that a registry gives it. All three are read.',
    ),
  confluent: z.strictObject({
    url: address().describe("URL of a registry that speaks as Confluent's does."),
    username: text().describe('Its user, where it wants one.'),
    password: secret(text().describe("The user's password.")),
    passwordFile: text().describe('File with the password.'),
  }),
  azure: z.strictObject({
    url: address().describe('URL of an Event Hubs namespace, `https://NAMESPACE.servicebus.windows.net`.'),
    group: text().describe('Schema group of the namespace that our schemas are put into.'),
  }),
});
