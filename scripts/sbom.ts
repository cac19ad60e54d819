// What comes with Millrace, as CycloneDX: npm run sbom -- FILE, and without a file on standard output.
// SOURCE_DATE_EPOCH is the time that it says; without one it says none. The same lock file and npm make the same bytes.
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { root } from './results.ts';
import { billOf } from './sbom/make.ts';

const [file, ...others] = process.argv.slice(2);
const epoch = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform(Number)
  .optional()
  .safeParse(process.env['SOURCE_DATE_EPOCH']);

if (others.length > 0 || !epoch.success) {
  console.error(
    epoch.success
      ? 'npm run sbom takes one file at most'
      : 'SOURCE_DATE_EPOCH has to be seconds since 1970, a whole number',
  );
  process.exitCode = 2;
} else {
  const bill = await billOf(root, epoch.data);
  if (file === undefined) process.stdout.write(bill);
  else await writeFile(file, bill);
}
