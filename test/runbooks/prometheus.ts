/** A Prometheus of its own for a trial: it scrapes real processes, and judges them by the alert rules. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { eventually } from '../support/kafka/eventually.ts';
import { freePorts } from '../support/kafka/free-ports.ts';
import { linter } from '../support/linters.ts';
import { writeHistory } from './history.ts';
import { scaledQuery, scaledRules } from './scaled.ts';

export const prometheusProgram = linter('prometheus');

/** Of scrapes and of looks at the rules; a scrape that takes longer has failed. */
const every = '500ms';

export interface Target {
  readonly job: 'millrace-run' | 'millrace-serve' | 'kube-state-metrics';
  readonly port: number;
}

export interface PrometheusOptions {
  readonly folder: string;
  readonly targets: readonly Target[];
  /** By how much its clock is quicker. */
  readonly factor: number;
  /** What it has scraped before, in OpenMetrics. */
  readonly history?: string | undefined;
}

const labels = z.record(z.string(), z.string());
const Alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({ labels, annotations: z.object({ summary: z.string() }), state: z.enum(['pending', 'firing']) }),
    ),
  }),
});
const Vector = z.object({
  data: z.object({ result: z.array(z.object({ metric: labels, value: z.tuple([z.number(), z.string()]) })) }),
});
const Targets = z.object({ data: z.object({ activeTargets: z.array(z.object({ lastScrape: z.string() })) }) });

const Rules = z.object({ data: z.object({ groups: z.array(z.object({ lastEvaluation: z.string() })) }) });

export type Alert = z.infer<typeof Alerts>['data']['alerts'][number];
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

export class Prometheus implements AsyncDisposable {
  readonly #url: string;
  readonly #child: ChildProcess;
  readonly #factor: number;

  private constructor(child: ChildProcess, url: string, factor: number) {
    this.#child = child;
    this.#url = url;
    this.#factor = factor;
  }

  /** Ready, and nothing scraped yet. */
  static async start({ folder, targets, factor, history }: PrometheusOptions): Promise<Prometheus> {
    const storage = join(folder, 'tsdb');
    mkdirSync(storage, { recursive: true });
    if (history !== undefined) writeHistory(history, storage);
    const config = join(folder, 'prometheus.yaml');
    writeFileSync(join(folder, 'rules.yaml'), scaledRules(factor));
    writeFileSync(config, configOf(targets));
    const [port = 0] = await freePorts(1);
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${storage}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--storage.tsdb.retention.time=30d',
      '--log.level=error',
    ];
    const child = spawn(prometheusProgram, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4_000)));
    const prometheus = new Prometheus(child, `http://127.0.0.1:${port}`, factor);
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${said}`);
      return prometheus.#isReady();
    }, 'Prometheus answers');
    return prometheus;
  }

  /** Those of one name, also those whose `for` has not passed. */
  async alerts(name: string): Promise<Alert[]> {
    const { data } = Alerts.parse(await this.#get('alerts'));
    return data.alerts.filter(alert => alert.labels['alertname'] === name);
  }

  /** An expression as it stands on a page, by the quicker clock. */
  async ask(expr: string): Promise<Sample[]> {
    const query = scaledQuery(expr, this.#factor);
    const { data } = Vector.parse(await this.#get(`query?query=${encodeURIComponent(query)}`));
    return data.result.map(({ metric, value: [, value] }) => ({
      labels: Object.fromEntries(Object.entries(metric).filter(([name]) => name !== '__name__')),
      value: Number(value),
    }));
  }

  /** Once every target was looked at anew, and the rules after it. */
  async hasLooked(): Promise<void> {
    const since = Date.now();
    await eventually(async () => {
      const { data } = Targets.parse(await this.#get('targets'));
      return data.activeTargets.every(({ lastScrape }) => Date.parse(lastScrape) > since);
    }, 'Prometheus has looked at every target');
    const asked = Date.now();
    await eventually(async () => {
      const { data } = Rules.parse(await this.#get('rules'));
      return data.groups.every(({ lastEvaluation }) => Date.parse(lastEvaluation) > asked);
    }, 'Prometheus has looked at the rules');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.#url}/-/ready`)).ok;
    } catch {
      return false; // it does not listen yet
    }
  }

  async #get(path: string): Promise<unknown> {
    const answer = await fetch(`${this.#url}/api/v1/${path}`);
    if (!answer.ok) throw new Error(`Prometheus answers ${answer.status} to ${path}: ${await answer.text()}`);
    return answer.json();
  }
}

const configOf = (targets: readonly Target[]): string =>
  stringify({
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: ['rules.yaml'],
    scrape_configs: [...Map.groupBy(targets, ({ job }) => job)].map(([job, of]) => ({
      job_name: job,
      static_configs: [{ targets: of.map(({ port }) => `127.0.0.1:${port}`) }],
    })),
  });
