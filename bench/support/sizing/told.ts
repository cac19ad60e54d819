/** Loaded before a program (`--import`): when it ends, it writes what the process has taken to BENCH_TOLD. */
import { writeFileSync } from 'node:fs';
import { env, resourceUsage } from 'node:process';
import { isMainThread } from 'node:worker_threads';

const file = env['BENCH_TOLD'];
// A worker that Node starts loads it again, and is part of the same process.
if (file !== undefined && isMainThread)
  process.once('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = resourceUsage();
    writeFileSync(file, JSON.stringify({ peak_bytes: maxRSS * 1_024, cpu_s: (userCPUTime + systemCPUTime) / 1e6 }));
  });
