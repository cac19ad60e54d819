/** A thread of the kernel: it waits for jobs in the shared memory and takes part in them until it is told to end. */
import { workerData } from 'node:worker_threads';
import { KernelMemory } from '../memory.ts';
import { instantiate } from '../wasm/exports.ts';
import { Control } from './control.ts';
import { isSeat } from './seat.ts';

const seat: unknown = workerData;
if (!isSeat(seat)) throw new TypeError('A thread of the kernel is started by its crew alone');

const kernel = instantiate(seat.module, seat.memory);
const control = new Control(new KernelMemory(seat.memory), seat.control);
let heard: number | undefined = 0;
while ((heard = control.waitForRing(heard)) !== undefined) control.takePart(kernel, seat.thread);
