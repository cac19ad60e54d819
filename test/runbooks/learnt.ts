/** What a crowd rates, learnt a version of the model at a time, as the processes themselves tell. */
import { eventually } from '../support/kafka/eventually.ts';
import type { Crowd } from './crowd.ts';
import type { Trial } from './trial.ts';

/** The sum of a metric's samples; 0 where it has none, as before anything was counted. */
async function told(url: string, sample: RegExp): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(sample)].reduce((sum, [, value]) => sum + Number(value), 0);
}

const read = /^millrace_task_records_total\{.*topology="train".*\} (\S+)$/gm;
const behind = /^millrace_topology_lag_records\{.*\} (\S+)$/gm;
const events = /^millrace_model_judged_events_total\{events="warm"\} (\S+)$/gm;
const gains = /^millrace_model_judged_ndcg_at_10_total\{events="warm"\} (\S+)$/gm;

/** A part of the crowd rates, and the model learns it: what comes next is judged by another version. */
export async function rateAndLearn(trial: Trial, crowd: Crowd): Promise<void> {
  const run = trial.urlOf('run');
  const before = await told(run, read);
  const sent = await crowd.rate();
  await eventually(async () => (await told(run, read)) >= before + sent, 'the model has learnt what came');
  await eventually(async () => (await told(run, behind)) === 0, 'nothing is behind');
}

/** nDCG@10 of so many events at least, which come now: quality is told now and then, so there will be more of them. */
export async function foretold(trial: Trial, crowd: Crowd, least: number): Promise<number> {
  const serve = trial.urlOf('serve');
  const from = { events: await told(serve, events), gains: await told(serve, gains) };
  let to = from;
  await eventually(async () => {
    await rateAndLearn(trial, crowd);
    to = { events: await told(serve, events), gains: await told(serve, gains) };
    return to.events >= from.events + least;
  }, `${least} events have been judged`);
  return (to.gains - from.gains) / (to.events - from.events);
}
