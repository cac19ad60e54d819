import { readFileSync } from 'node:fs';

/** Linux tells processor time in hundredths of a second, whatever the machine. */
const tick_ms = 10;

/** Milliseconds of the processor that a process has had so far, in user and system, all its threads together. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may hold spaces; user and system are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tick_ms;
}
