/** The command line: `millrace COMMAND`. Exit codes: 0 done, 1 failed, 2 misused. */
import { enableCompileCache } from 'node:module';
import { warmEngine } from '../app/warm-engine.ts';

// What follows is compiled once a machine, not at every start; so it comes after.
enableCompileCache();
if (process.argv[2] === 'start') warmEngine();
const { runCommand } = await import('./run-command.ts');
await runCommand();
