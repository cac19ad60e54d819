/** A uPlot chart that follows its width and the theme, with its figures as a table beside it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { dataOf, type Look, type Plot, rowsOf } from './plot.ts';
import { optionsOf } from './plot-options.ts';
import type { Theme } from './theme.ts';

interface ChartProps {
  readonly title: string;
  /** What one would say of the chart on the telephone. */
  readonly summary: string;
  readonly plot: Plot;
  readonly theme: Theme;
  readonly aside?: ComponentChildren;
}

export function Chart({ title, summary, plot, theme, aside }: ChartProps) {
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span>
        {aside}
      </figcaption>
      <Canvas title={title} summary={summary} plot={plot} theme={theme} />
      <Figures title={title} plot={plot} />
    </figure>
  );
}

function Canvas({ title, summary, plot, theme }: Omit<ChartProps, 'aside'>) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  useEffect(() => {
    const place = box.current;
    if (place === null) return undefined;
    const made = new uPlot(optionsOf(plot, lookOf(place), place.clientWidth), dataOf(plot), place);
    chart.current = made;
    const widths = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: plot.height }));
    widths.observe(place);
    return () => {
      widths.disconnect();
      made.destroy();
    };
  }, [theme, plot.shape]);
  useEffect(() => chart.current?.setData(dataOf(plot)), [plot]);
  return <div class="canvas" role="img" aria-label={`${title}. ${summary}`} ref={box} />;
}

/** Colours and type of the page, as its style sheet has them now. */
function lookOf(place: HTMLElement): Look {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    font: `11px ${style.fontFamily}`,
    text: colour('--muted'),
    grid: colour('--line'),
    strong: colour('--accent'),
    faint: colour('--muted'),
    fill: colour('--accent-soft'),
  };
}

/** Made only while it is open: a chart that moves each second need not move a hidden table. */
function Figures({ title, plot }: { readonly title: string; readonly plot: Plot }) {
  return (
    <details class="figures">
      <summary>Figures</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={`${title}: figures`}>
        <table>
          <caption class="visually-hidden">{title}</caption>
          <thead>
            <tr>
              {[plot.x.label, ...plot.series.map(({ label }) => label)].map(label => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rowsOf(plot).map(([head, ...cells]) => (
              <tr key={head}>
                <th scope="row">{head}</th>
                {cells.map((cell, at) => (
                  <td key={plot.series[at]?.label}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
