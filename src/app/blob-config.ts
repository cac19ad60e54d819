/** Settings of the snapshots in Azure Blob Storage. */
import { z } from 'zod';
import { isSnapshotName } from '../snapshots/name.ts';
import { secret, urlWithKey } from './secret.ts';

const containerRule = 'a container has 3 to 63 lower-case letters, digits and single dashes';

export const blobSection = z.strictObject({
  url: urlWithKey(
    z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'Container of the snapshots, such as `https://ACCOUNT.blob.core.windows.net/CONTAINER`; opened with Entra ID (DefaultAzureCredential), unless it ends in a shared access signature.',
      ),
  ),
  connectionString: secret(
    z.string().min(1).optional().describe('In place of `blob.url`: an account with its key or signature.'),
  ),
  container: z
    .string()
    .min(3, containerRule)
    .max(63, containerRule)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, containerRule)
    .default('millrace')
    .describe('Container in the account of `blob.connectionString`.'),
  prefix: z
    .string()
    .refine(
      prefix => prefix === '' || isSnapshotName(prefix),
      'letters, digits, dots and dashes between single slashes',
    )
    .default('')
    .describe('Folder of the container that the snapshots lie in; one for each cluster that shares it.'),
  createContainer: z
    .boolean()
    .default(false)
    .describe('Create the container where it is missing, as for an emulator; else that is an error.'),
});
