// SPDX-License-Identifier: MIT OR Apache-2.0

const width = 736, height = 330;
const plot = { left: 60, right: 560, top: 40, bottom: 270 };
const labelHeight = 18;

// chart draws the pages of each line's points by the number of requests.
export function chart(title, lines) {
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ pages }) => pages)));
  const decades = Math.ceil(Math.log10(most));
  const last = lines[0].points.at(-1).requests;
  const x = (requests) => plot.left + Math.round((requests / last) * (plot.right - plot.left));
  const y = (pages) => plot.bottom - Math.round((Math.log10(pages) / decades) * (plot.bottom - plot.top));
  const number = (n) => n.toLocaleString("en-US");

  const grid = Array.from({ length: decades + 1 }, (_, e) => {
    const at = y(10 ** e);
    return `<line x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}"/>` +
      `<text class="faint" x="${plot.left - 8}" y="${at + 4}" text-anchor="end">${number(10 ** e)}</text>`;
  });
  const ticks = lines[0].points.filter(({ requests }) => requests % 1000 === 0).map(({ requests }) =>
    `<text class="faint" x="${x(requests)}" y="${plot.bottom + 20}" text-anchor="middle">${number(requests)}</text>`);

  // Labels of lines that end at the same height stand one above the other.
  let free = plot.bottom + labelHeight;
  const curves = lines.map(({ name, points }) => {
    const end = points.at(-1);
    free = Math.min(y(end.pages) + 4, free - labelHeight);
    return `<polyline class="${name}" points="${points.map((p) => `${x(p.requests)},${y(p.pages)}`).join(" ")}"/>` +
      `<text class="${name}" x="${plot.right + 10}" y="${free}">${name}, ${number(end.pages)} pages</text>`;
  });

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}, logarithmic scale">
<style>
:root { --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --page: #ffffff; --lists: #0969da; --dlmalloc: #8250df; --bump: #bc4c00 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --faint: #9198a1; --line: #3d444d; --page: #0d1117; --lists: #58a6ff; --dlmalloc: #bc8cff; --bump: #f0883e }
}
text { font: 13px system-ui, sans-serif; fill: var(--text) }
.title { font-weight: 600 }
.faint { fill: var(--faint); font-size: 12px }
line { stroke: var(--line) }
polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round }
${lines.map(({ name }) => `polyline.${name} { stroke: var(--${name}) }\ntext.${name} { fill: var(--${name}) }`).join("\n")}
.dlmalloc { stroke-dasharray: 6 6 }
</style>
<rect width="100%" height="100%" fill="var(--page)"/>
<text class="title" x="8" y="22">${title}</text>
${[...grid, ...ticks, ...curves].join("\n")}
<text class="faint" x="${(plot.left + plot.right) / 2}" y="${height - 18}" text-anchor="middle">requests served; each line across is ten times the one below</text>
</svg>
`;
}
