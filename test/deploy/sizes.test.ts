/** What dev and prod have, beside what `millrace size` says that the shop needs which they are sized for. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readUsage } from '../../deploy/bicep/cost.ts';
import { environments, readParameters } from '../../deploy/bicep/parameters.ts';
import { size } from '../../src/recommender/sizing/size.ts';

const root = resolve(import.meta.dirname, '../..');

const resources = z.object({
  requests: z.object({ cpu: z.string(), memory: z.string() }),
  limits: z.object({ memory: z.string() }),
});
const Values = z.object({
  run: z.object({
    state: z.object({ size: z.string() }),
    resources: resources.partial(),
    autoscaling: z.object({ min: z.int(), max: z.int() }),
  }),
  serve: z.object({ replicas: z.int(), resources: resources.partial() }),
  config: z.looseObject({ lists: z.object({ everyVersions: z.int() }) }),
});
const part = z.looseObject({}).optional();
const Layer = z.looseObject({ run: part, serve: part, config: part });

/** The chart's values with those of the environment over them, part by part. */
async function valuesOf(environment: string): Promise<z.infer<typeof Values>> {
  const read = async (path: string) => Layer.parse(parse(await readFile(join(root, path), 'utf8')));
  const [chart, own] = [await read('deploy/chart/values.yaml'), await read(`deploy/bicep/${environment}.values.yaml`)];
  return Values.parse({
    run: { ...chart.run, ...own.run },
    serve: { ...chart.serve, ...own.serve },
    config: { ...chart.config, ...own.config },
  });
}

const unit = { m: 1e-3, Mi: 2 ** 20, Gi: 2 ** 30 };
/** Kubernetes' quantities, those that we write. */
function quantity(text = ''): number {
  const [, number, suffix = ''] = /^(\d+(?:\.\d+)?)(m|Mi|Gi)?$/.exec(text) ?? [];
  return Number(number) * (suffix in unit ? unit[suffix === 'm' ? 'm' : suffix === 'Mi' ? 'Mi' : 'Gi'] : 1);
}

describe.each(environments)('%s', environment => {
  const sized = async () => {
    const usage = await readUsage(environment);
    const { figures } = size(usage.sizedFor);
    const needed = (name: string): number => figures.find(one => one.name === name)?.value ?? NaN;
    return { usage, needed };
  };

  test('has partitions, throughput and request units for its shop', async () => {
    const { needed, usage } = await sized();
    const { log, documents } = await readParameters(environment);
    expect(log.partitions).toBeGreaterThanOrEqual(needed('partitions'));
    expect(log.mostUnits).toBeGreaterThanOrEqual(needed('throughputUnits'));
    expect(log.retentionDays).toBe(usage.sizedFor.retentionDays);
    expect(documents.requestUnits).toBeGreaterThanOrEqual(needed('requestUnitsAutoscale'));
  });

  test('has memory, processors and disks for its shop', async () => {
    const { needed } = await sized();
    const { run, serve } = await valuesOf(environment);
    expect(quantity(run.resources.requests?.memory)).toBeGreaterThanOrEqual(needed('engineMemory'));
    expect(quantity(run.resources.limits?.memory)).toBeGreaterThanOrEqual(needed('engineMemoryLimit'));
    expect(quantity(run.state.size)).toBeGreaterThanOrEqual(needed('engineDisk'));
    expect(quantity(serve.resources.requests?.memory)).toBeGreaterThanOrEqual(needed('serverMemory'));
    expect(run.autoscaling.min * quantity(run.resources.requests?.cpu)).toBeGreaterThanOrEqual(needed('engineCores'));
    expect(serve.replicas * quantity(serve.resources.requests?.cpu)).toBeGreaterThanOrEqual(needed('serverCores'));
  });

  test('lets lists come round as its shop does', async () => {
    const { usage } = await sized();
    expect((await valuesOf(environment)).config.lists.everyVersions).toBe(usage.sizedFor.everyVersions);
  });

  test('is estimated at no less than its shop takes', async () => {
    const { needed, usage } = await sized();
    const { documents } = await readParameters(environment);
    const meanRecords = size({ ...usage.sizedFor, peakRatingsPerSecond: usage.sizedFor.ratingsPerSecond });
    const records = meanRecords.figures.find(({ name }) => name === 'logRecordsPerSecond')?.value;
    expect(usage.recordsPerSecond).toBeGreaterThanOrEqual(records ?? NaN);
    expect(usage.meanShareOfRequestUnits * documents.requestUnits).toBeGreaterThanOrEqual(needed('requestUnitsMean'));
    expect(usage.documentGB * 1e9).toBeGreaterThanOrEqual(needed('documentBytes'));
    expect(usage.blobGB * 1e9).toBeGreaterThanOrEqual(needed('snapshotBytes'));
  });
});
