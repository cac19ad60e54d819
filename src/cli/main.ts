/** The command line: `millrace COMMAND`. Exit codes: 0 done, 1 failed, 2 misused. */
import { enableCompileCache } from 'node:module';
import { collectAlone } from '../app/collect-alone.ts';
import { warmEngine } from '../app/warm-engine.ts';

// What follows is compiled once a machine, not at every start; so it comes after.
enableCompileCache();
const [, , command] = process.argv;
if (command === 'start' || command === 'serve') collectAlone();
if (command === 'start') warmEngine();
const { runCommand } = await import('./run-command.ts');
await runCommand();
