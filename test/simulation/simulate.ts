// Runs the simulation from the command line: node test/simulation/simulate.ts [--epochs N] [--seed N] [--report FILE]
// A million epochs take the better part of an hour: in the background, with --report test/simulation/report.json.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { firstSeeds } from './plays/index.ts';
import { runWorlds } from './run-worlds.ts';

const { epochs, seed, report } = parseArgs({
  options: {
    epochs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    report: { type: 'string' },
  },
}).values;

const began = performance.now();
const toll = await runWorlds(Number(seed), Number(epochs));
const result = { ...toll, seconds: Math.round((performance.now() - began) / 1_000) };
process.stdout.write(`${JSON.stringify(result)}\n`);
// Written at the end only: a world that is wrong throws, and a report of the others would prove nothing.
if (report !== undefined) {
  const asked = { seed: Number(seed), plays: [...firstSeeds.keys()], node: process.version };
  writeFileSync(report, `${JSON.stringify({ ...asked, ...result }, null, 2)}\n`);
}
