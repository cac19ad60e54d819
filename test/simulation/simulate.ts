// Runs the simulation from the command line: node test/simulation/simulate.ts [--epochs N] [--seed N]
import { parseArgs } from 'node:util';
import { runWorlds } from './run-worlds.ts';

const { epochs, seed } = parseArgs({
  options: { epochs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
}).values;

const began = performance.now();
const toll = await runWorlds(Number(seed), Number(epochs));
process.stdout.write(`${JSON.stringify({ ...toll, seconds: Math.round((performance.now() - began) / 1_000) })}\n`);
