import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { init } from 'echarts';
import type { Curve } from '../curves.ts';

// Reads curves as JSON and writes an SVG for each into this folder. A process of its own, because its library is a dependency of
// bench/ alone. Both axes are logarithmic.

const curves = JSON.parse(await text(process.stdin)) as readonly Curve[];
for (const { name, axis, unit, points } of curves) {
  const servers = [...new Set(points.map(({ server }) => server))];
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 360 });
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: `${unit} by ${axis}`, textStyle: { fontSize: 14 } },
    legend: { bottom: 0 },
    grid: { left: 70, right: 30, top: 50, bottom: 80 },
    xAxis: { type: 'log', name: axis, nameLocation: 'middle', nameGap: 25 },
    yAxis: { type: 'log' },
    series: servers.map((server) => ({
      type: 'line',
      name: server,
      data: points.filter((point) => point.server === server).map(({ x, y }) => [x, y]),
    })),
  });
  writeFileSync(new URL(`${name}.svg`, import.meta.url), `${chart.renderToSVGString()}\n`);
  chart.dispose();
}
