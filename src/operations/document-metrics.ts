import { Counter, type Registry } from 'prom-client';

/** What a store of documents that counts request units was asked, and what that cost. */
export interface DocumentCharge {
  readonly collection: string;
  readonly operation: string;
  readonly requests: number;
  readonly requestUnits: number;
  /** Asked to come again. */
  readonly refused: number;
}

type Figure = 'requests' | 'requestUnits' | 'refused';
const counters: readonly (readonly [name: string, help: string, of: Figure])[] = [
  ['millrace_documents_request_units_total', 'Request units that the documents have cost', 'requestUnits'],
  ['millrace_documents_requests_total', 'Requests to the documents', 'requests'],
  [
    'millrace_documents_refused_total',
    'Requests and operations that were told to come again (429, 449, 503)',
    'refused',
  ],
];

/** Registers what the documents cost, as each thread of the process has caused it; asked whenever the metrics are read. */
export function registerDocumentCharges(
  registry: Registry,
  charges: () => readonly (readonly DocumentCharge[])[],
): void {
  for (const [name, help, of] of counters) {
    const counter: Counter<'collection' | 'operation'> = new Counter({
      name,
      help,
      labelNames: ['collection', 'operation'],
      registers: [registry],
      collect: () => {
        counter.reset();
        for (const charge of charges().flat())
          counter.inc({ collection: charge.collection, operation: charge.operation }, charge[of]);
      },
    });
  }
}
