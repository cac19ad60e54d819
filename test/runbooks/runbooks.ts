import { deadLettersMany } from './dead-letters.ts';
import { diskNearFull } from './disk-near-full.ts';
import { documentsThrottled } from './documents-throttled.ts';
import { lagGrowing } from './lag-growing.ts';
import { modelStale } from './model-stale.ts';
import { notScraped } from './not-scraped.ts';
import { qualityDrop } from './quality-drop.ts';
import type { Runbook } from './runbook.ts';
import { taskRestartLoop } from './task-restart-loop.ts';
import { taskWaiting } from './task-waiting.ts';
import { watermarkStuck } from './watermark-stuck.ts';

/** In the order of the page. */
export const runbooks: readonly Runbook[] = [
  notScraped,
  lagGrowing,
  watermarkStuck,
  taskRestartLoop,
  taskWaiting,
  deadLettersMany,
  modelStale,
  qualityDrop,
  documentsThrottled,
  diskNearFull,
];
