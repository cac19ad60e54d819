// A long run with faults, and what it took: npm run soak -- --minutes N --seed S [--out DIR]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { plotOf } from './plot.ts';
import { faultsOf, tableOf, textOf } from './report.ts';
import { runSoak } from './run-soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'bench/soak' },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (!(minutes >= 1) || !Number.isInteger(seed)) {
  process.stderr.write('--minutes is a number from 1, --seed a whole number\n');
  process.exit(2);
}
const soak = await runSoak({ minutes, seed, tell: line => process.stderr.write(`${line}\n`) });
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'soak.txt'), textOf(soak));
writeFileSync(
  join(values.out, 'soak.svg'),
  plotOf(soak.samples, soak.faults, `Soak of ${minutes} minutes, seed ${seed}`),
);
writeFileSync(join(values.out, 'soak.csv'), tableOf(soak.samples));
process.stdout.write(textOf(soak));
const wrong = faultsOf(soak);
for (const line of wrong) process.stderr.write(`${line}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
