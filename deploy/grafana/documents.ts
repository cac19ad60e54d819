/** What the documents cost and refuse, and how far orders are. */
import { dashboard, lines } from './panels.ts';

export const documents = dashboard(
  'millrace-documents',
  'Millrace: documents and orders',
  'Cost, refusals, change feed',
)
  .withPanel(
    lines({
      title: 'Request units',
      says: 'A second, by collection; what Cosmos DB charges',
      unit: 'short',
      queries: {
        '{{collection}}': 'sum by (collection) (rate(millrace_documents_request_units_total[$__rate_interval]))',
      },
    }),
  )
  .withPanel(
    lines({
      title: 'Requests and refusals',
      says: 'Refused ones (429, 449, 503) are repeated when the answer says',
      unit: 'reqps',
      queries: {
        requests: 'sum(rate(millrace_documents_requests_total[$__rate_interval]))',
        refused: 'sum(rate(millrace_documents_refused_total[$__rate_interval]))',
      },
    }),
  )
  .withPanel(
    lines({
      title: 'Orders not read yet',
      says: 'By range of the change feed',
      unit: 'short',
      queries: { '{{range}}': 'max by (range) (millrace_orders_lag_documents)' },
    }),
  )
  .withPanel(
    lines({
      title: 'Orders',
      says: 'Changed orders read, events made of their lines, and orders that could not be told',
      unit: 'reqps',
      queries: {
        orders: 'sum(rate(millrace_orders_total[$__rate_interval]))',
        events: 'sum(rate(millrace_orders_events_total[$__rate_interval]))',
        'dead letters': 'sum(rate(millrace_orders_dead_letters_total[$__rate_interval]))',
      },
    }),
  )
  .withPanel(
    lines({
      title: 'Requests of tenants',
      says: 'By tenant, and those refused for their rate',
      unit: 'reqps',
      queries: {
        '{{tenant}} {{outcome}}': 'sum by (tenant, outcome) (rate(millrace_tenant_requests_total[$__rate_interval]))',
      },
    }),
  );
