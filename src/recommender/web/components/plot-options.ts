/** How uPlot draws a plot: quiet axes, one strong line. */
import uPlot from 'uplot';
import type { Look, Plot, Series } from './plot.ts';

export function optionsOf(plot: Plot, look: Look, width: number): uPlot.Options {
  return {
    width,
    height: plot.height,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: plot.x.time, range: xRange(plot) }, y: { range: yRange(plot) } },
    axes: [
      { ...axis(look, plot.x.format), grid: { show: false }, size: 26, space: 70 },
      { ...axis(look, plot.y.format), size: 46, space: 28 },
    ],
    series: [{}, ...plot.series.map(series => seriesOf(series, plot.kind, look))],
  };
}

const axis = (look: Look, format: (value: number) => string): uPlot.Axis => ({
  stroke: look.text,
  font: look.font,
  grid: { stroke: look.grid, width: 1 },
  ticks: { show: false },
  values: (_chart, splits) => splits.map(format),
});

function seriesOf({ label, weight }: Series, kind: Plot['kind'], look: Look): uPlot.Series {
  const strong = weight === 'strong';
  const drawn: uPlot.Series = {
    label,
    stroke: strong ? look.strong : look.faint,
    width: strong ? 2 : 1.5,
    // A line of one or two points would not be seen.
    points: { show: chart => chart.data[0].length < 3 },
    ...(strong ? { fill: look.fill } : { dash: [4, 4] }),
  };
  const bars = uPlot.paths.bars?.({ size: [0.7, 28], align: 0 });
  return kind === 'bars' && bars !== undefined ? { ...drawn, width: 0, fill: look.strong, paths: bars } : drawn;
}

/** Bars want half a place more on either side; a single point has to be somewhere. */
const xRange = ({ kind }: Plot): uPlot.Range.Function => {
  return (_chart, least, most) => {
    const step = kind === 'bars' ? 0.5 : 0;
    return least === most ? [least - 1 - step, most + 1 + step] : [least - step, most + step];
  };
};

const yRange = ({ y: { fromZero } }: Plot): uPlot.Range.Function => {
  return (_chart, least: number | null, most: number | null) => {
    if (least === null || most === null) return [0, 1];
    // A count of nothing wants an axis up to one, not up to a hundredth.
    if (fromZero) return [0, Math.max(1, most * 1.15)];
    const room = Math.max((most - least) * 0.15, Math.abs(most) * 0.01, 0.01);
    return [least - room, most + room];
  };
};
