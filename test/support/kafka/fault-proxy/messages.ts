/** Requests and answers as they pass the proxy: the header is read always, the body only where it has to be. */
import { apiNamed, type ApiName, apis } from './apis.ts';
import { Reader } from './reader.ts';
import type { Struct } from './schema.ts';
import { Writer } from './writer.ts';

export interface Request {
  /** Undefined where the proxy knows the message by its number only. */
  readonly api: ApiName | undefined;
  readonly version: number;
  readonly correlation: number;
  readonly frame: Buffer;
}

const correlationBytes = 4;
const clientIdAt = 8;

export function requestIn(frame: Buffer): Request {
  const api = apiNamed.get(frame.readInt16BE(0));
  const version = frame.readInt16BE(2);
  if (api !== undefined && version > apis[api].newest)
    throw new Error(`A client sends ${api} in version ${version}, which the fault proxy cannot read`);
  return { api, version, correlation: frame.readInt32BE(4), frame };
}

/** A producer that wants no acknowledgement gets no answer at all. */
export const isAnswered = (request: Request): boolean =>
  request.api !== 'produce' || requestBody(request, 'produce')['acks'] !== 0;

/** The beginning of the request's body, as far as the proxy knows it. */
export function requestBody({ frame, version }: Request, api: ApiName): Struct {
  const { request = [] } = apis[api];
  const flexible = isFlexible(api, version);
  const clientId = Math.max(0, frame.readInt16BE(clientIdAt));
  const reader = new Reader(frame, flexible, clientIdAt + 2 + clientId);
  if (flexible) reader.tags();
  return reader.struct(request, version);
}

export function readAnswer(api: ApiName, version: number, frame: Buffer): Struct {
  const flexible = isFlexible(api, version);
  const reader = new Reader(frame, flexible, correlationBytes);
  if (flexible) reader.tags();
  const answer = reader.struct(apis[api].answer, version);
  if (reader.left > 0) throw new Error(`${reader.left} bytes more than an answer to ${api} ${version} has`);
  return answer;
}

export function writeAnswer({ version, correlation }: Request, api: ApiName, answer: Struct): Buffer {
  const writer = new Writer(isFlexible(api, version));
  const header = Buffer.alloc(correlationBytes);
  header.writeInt32BE(correlation);
  return Buffer.concat([header, writer.tags(), writer.struct(apis[api].answer, version, answer)]);
}

function isFlexible(api: ApiName, version: number): boolean {
  const { flexibleSince = Infinity } = apis[api];
  return version >= flexibleSince;
}
