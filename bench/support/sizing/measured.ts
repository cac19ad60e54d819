/** All figures of one shop: learnt from its log, taken up again, and served. */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Served } from '../served.ts';
import { fill, userIdOf } from './fill.ts';
import { main, ran } from './ran.ts';
import type { Shop } from './shops.ts';

/** Bytes, but for what ends in `_s`: seconds of a processor. */
export interface Figures {
  readonly model: number;
  readonly modelCheckpoint: number;
  /** The most that was resident of the process that learns all of it and trains a generation. */
  readonly engine: number;
  /** The same of one that goes on from its checkpoint. */
  readonly engineAgain: number;
  readonly again_s: number;
  readonly server: number;
  readonly log: number;
  readonly state: number;
  readonly documents: number;
  readonly snapshots: number;
}

const ofModel = z.strictObject({ memory: z.number(), checkpoint: z.number() });

export async function measured(shop: Shop): Promise<Figures> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-sizing-'));
  try {
    await fill(data, shop);
    const words = [main, 'run', '--until-caught-up', '--data', data, '--json'];
    const settings = { MILLRACE_MODEL_FACTORS: String(shop.factors) };
    const first = await ran(words, data, settings);
    const again = await ran(words, data, settings);
    const bytes = (pattern: string): number =>
      globSync(pattern, { cwd: data }).reduce((sum, path) => sum + sizeOf(join(data, path)), 0);
    const files = {
      log: bytes('log.db*'),
      state: bytes('state.db*'),
      documents: bytes('documents.db*'),
      snapshots: bytes('snapshots/**/*'),
    };
    const { memory, checkpoint } = modelOf(shop);
    return {
      model: memory,
      modelCheckpoint: checkpoint,
      engine: first.peak_bytes,
      engineAgain: again.peak_bytes,
      again_s: again.cpu_s,
      server: await serverOf(data, shop, settings),
      ...files,
    };
  } finally {
    rmSync(data, { recursive: true });
  }
}

/** Of a file; a folder has none. */
function sizeOf(path: string): number {
  const stat = statSync(path);
  return stat.isFile() ? stat.size : 0;
}

function modelOf({ users, items, ratings, factors }: Shop): z.infer<typeof ofModel> {
  const given = [users, items, ratings, factors].map(String);
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'model.ts'), ...given], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`The model of ${given.join(' ')} ended with ${status}`);
  return ofModel.parse(JSON.parse(stdout));
}

/** Once it has answered lists of many, and holds all that it may hold: items with their vectors, and users. */
async function serverOf(data: string, { users }: Shop, settings: Record<string, string>): Promise<number> {
  await using served = await Served.start('serve', data, [], settings);
  const ask = async (path: string): Promise<void> => {
    const answer = await fetch(new URL(path, served.url));
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  };
  await ask('/v2/users?query=user');
  await ask('/v2/items?query=title');
  await ask('/v2/items/item-0000001/similar');
  for (let n = 0; n < 500; n++) await ask(`/v2/users/${userIdOf((n * 7) % users)}/recommendations`);
  const status = readFileSync(`/proc/${served.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}
