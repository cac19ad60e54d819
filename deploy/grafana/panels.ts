/** Panels as the dashboards of Millrace have them: a title, what it says, a unit, and its queries with their legends. */
import { ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

export interface PanelOf {
  readonly title: string;
  /** What it shows and when to look at it, for whoever hovers over its title. */
  readonly says: string;
  /** Of Grafana: `short`, `s`, `percentunit`, `reqps`, … */
  readonly unit: string;
  /** Legend -> PromQL. */
  readonly queries: Readonly<Record<string, string>>;
}

/** Of all panels: Prometheus, whichever the reader has chosen. */
const source = { type: 'prometheus', uid: '${datasource}' };

/** Names of the queries of a panel, by which Grafana tells them apart. */
const refIds = 'ABCDEFGH';

const targets = (queries: PanelOf['queries']): DataqueryBuilder[] =>
  Object.entries(queries).map(([legend, expr], index) =>
    new DataqueryBuilder().refId(refIds.charAt(index)).datasource(source).expr(expr).legendFormat(legend),
  );

/** Lines over time, twelve columns wide. */
export const lines = ({ title, says, unit, queries }: PanelOf): TimeseriesBuilder =>
  new TimeseriesBuilder()
    .title(title)
    .description(says)
    .unit(unit)
    .datasource(source)
    .span(12)
    .height(8)
    .targets(targets(queries));

/** The newest value, large, six columns wide. */
export const figure = ({ title, says, unit, queries }: PanelOf): StatBuilder =>
  new StatBuilder()
    .title(title)
    .description(says)
    .unit(unit)
    .datasource(source)
    .span(6)
    .height(4)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .targets(targets(queries));

/** A dashboard with a choice of Prometheus and of topologies: queries may name `$topology`. */
export function dashboard(uid: string, title: string, says: string) {
  // oxlint-disable-next-line typescript/no-deprecated -- the newer shape is read by Grafana 12 alone, Azure's has older ones
  return new DashboardBuilder(title)
    .uid(uid)
    .description(says)
    .tags(['millrace'])
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('topology')
        .label('Topology')
        .datasource(source)
        .query('label_values(millrace_task_records_total, topology)')
        .refresh(VariableRefresh.OnDashboardLoad)
        .includeAll(true)
        .multi(true),
    );
}
