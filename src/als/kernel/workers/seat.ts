import type { Block } from '../memory.ts';
import type { WasmMemory, WasmModule } from '../web-assembly.ts';

/** What a thread is started with. */
export interface Seat {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly control: Block;
  /** Its number; the caller's is 0. */
  readonly thread: number;
}

const fields = ['module', 'memory', 'control', 'thread'];

/** Whether this is a seat: only crews start threads, so the names suffice. */
export const isSeat = (value: unknown): value is Seat =>
  typeof value === 'object' && value !== null && fields.every(field => field in value);
