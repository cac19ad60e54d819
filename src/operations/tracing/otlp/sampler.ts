/** Which traces are told: as their parents say; of those that begin here a share. */
import { type Attributes, type Context, type Link, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { MillraceError } from '../../../errors.ts';
import { isSampled } from '../context.ts';
import type { Environment, OtlpSettings } from './settings.ts';

/** A variable of OpenTelemetry's says what we cannot do. */
export class UnknownTracing extends MillraceError {
  readonly code = 'UNKNOWN_TRACING';
}

/** The setting counts; else what OpenTelemetry's variables say. @throws {UnknownTracing} */
export function samplerOf({ ratio }: Pick<OtlpSettings, 'ratio'>, environment: Environment): Sampler {
  if (ratio !== undefined) return parentBased(new TraceIdRatioBasedSampler(ratio));
  const name = environment['OTEL_TRACES_SAMPLER'] ?? 'parentbased_always_on';
  const root = rootOf(name.replace(/^parentbased_/, ''), environment['OTEL_TRACES_SAMPLER_ARG']);
  if (root === undefined)
    throw new UnknownTracing(
      `OTEL_TRACES_SAMPLER is '${name}', which is not known here`,
      'Take parentbased_always_on, parentbased_always_off, parentbased_traceidratio, or one of them without parentbased_; or set telemetry.traces.ratio',
    );
  return name.startsWith('parentbased_') ? parentBased(root) : root;
}

function rootOf(name: string, argument: string | undefined): Sampler | undefined {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  if (name !== 'traceidratio') return undefined;
  const ratio = argument === undefined || argument === '' ? 1 : Number(argument);
  if (ratio >= 0 && ratio <= 1) return new TraceIdRatioBasedSampler(ratio);
  throw new UnknownTracing(`OTEL_TRACES_SAMPLER_ARG is '${argument}'`, 'Give the share to be told, from 0 to 1');
}

const parentBased = (root: Sampler): Sampler => new ParentBasedSampler({ root: new LinkedSampler(root) });

/** An epoch begins a trace of its own and links to those of its records: it is told where one of them is. */
class LinkedSampler implements Sampler {
  readonly #others: Sampler;

  constructor(others: Sampler) {
    this.#others = others;
  }

  shouldSample(
    ...[parent, traceId, name, kind, attributes, links]: [Context, string, string, SpanKind, Attributes, Link[]]
  ): SamplingResult {
    if (kind === SpanKind.CONSUMER && links.length > 0) {
      const isTold = links.some(({ context }) => isSampled(context));
      return { decision: isTold ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
    }
    return this.#others.shouldSample(parent, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `Linked{${this.#others.toString()}}`;
  }
}
