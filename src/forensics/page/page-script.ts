/** What the page itself runs, and how it looks. Text, because it is hashed into the page's own policy. */

/** Reads the data of the page, draws the chart, and says what was drawn in `window.trace`, read-only. */
export const PAGE_SCRIPT = `
(function () {
  'use strict';
  var data = JSON.parse(document.getElementById('chart-data').textContent);
  var box = document.getElementById('chart');
  var dark = matchMedia('(prefers-color-scheme: dark)').matches;
  var ink = dark ? '#c9d1d9' : '#24292f';
  var faint = dark ? '#262c36' : '#e7eaee';
  var hasBars = data.candles.length > 0;
  if (!hasBars && data.prices.length === 0) {
    box.className = 'none';
    box.textContent = 'No candles and no prices are known for this time.';
    window.trace = Object.freeze({ candles: [], prices: [], marks: [], lines: [], segments: [] });
    return;
  }
  var chart = LightweightCharts.createChart(box, {
    autoSize: true,
    layout: { background: { color: 'transparent' }, textColor: ink, fontSize: 12 },
    grid: { vertLines: { color: faint }, horzLines: { color: faint } },
    timeScale: { timeVisible: true, secondsVisible: !hasBars, borderColor: faint, rightOffset: Math.ceil(Math.max(data.candles.length, data.prices.length) / 12) },
    rightPriceScale: { borderColor: faint, scaleMargins: { top: 0.12, bottom: 0.12 } },
    localization: { locale: 'en-GB' }
  });
  var precision = data.precision;
  var format = { type: 'price', precision: precision, minMove: Math.pow(10, -precision) };
  var prices = data.lines.map(function (line) { return line.price; });
  var series = hasBars
    ? chart.addSeries(LightweightCharts.CandlestickSeries, { priceFormat: format, upColor: '#2f9e6e', downColor: '#d0514d', borderVisible: false, wickUpColor: '#2f9e6e', wickDownColor: '#d0514d', priceLineVisible: false, lastValueVisible: false })
    : chart.addSeries(LightweightCharts.LineSeries, { priceFormat: format, color: '#3b82c4', lineWidth: 2, pointMarkersVisible: true, priceLineVisible: false, lastValueVisible: false });
  series.applyOptions({ autoscaleInfoProvider: function (original) {
    var found = original();
    if (found === null || found.priceRange === null) return found;
    found.priceRange.minValue = Math.min.apply(null, prices.concat(found.priceRange.minValue));
    found.priceRange.maxValue = Math.max.apply(null, prices.concat(found.priceRange.maxValue));
    return found;
  } });
  series.setData(hasBars ? data.candles : data.prices);
  var colours = { entry: '#3b82c4', stop: '#d0514d', target: '#2f9e6e' };
  data.lines.forEach(function (line) {
    series.createPriceLine({ price: line.price, title: line.title, color: colours[line.kind], lineWidth: 1, lineStyle: line.kind === 'entry' ? 0 : 2, axisLabelVisible: true });
  });
  var segments = data.segments.map(function (segment, at) {
    var isLast = segment.title !== '' && !data.segments.slice(at + 1).some(function (later) { return later.title === segment.title; });
    var line = chart.addSeries(LightweightCharts.LineSeries, { priceFormat: format, color: colours[segment.kind], lineWidth: segment.kind === 'stop' ? 2 : 1, lineStyle: segment.kind === 'target' ? 2 : 0, title: isLast ? segment.title : '', lastValueVisible: isLast, priceLineVisible: false, crosshairMarkerVisible: false });
    line.setData([{ time: segment.from, value: segment.price }, { time: segment.until, value: segment.price }]);
    return line;
  });
  // Many labels lie over each other on a narrow screen; the timeline has them all.
  var isNarrow = box.clientWidth < 600;
  var isBare = isNarrow && data.marks.length > 4;
  var marks = LightweightCharts.createSeriesMarkers(series, data.marks.map(function (mark, at) {
    var sell = mark.side === 'sell';
    var words = isBare ? '' : mark.text;
    if (mark.side === 'note') return { time: mark.time, text: words, position: at % 2 === 0 ? 'belowBar' : 'aboveBar', shape: 'circle', size: 0.6, color: '#3b82c4' };
    return { time: mark.time, text: words, position: sell ? 'aboveBar' : 'belowBar', shape: sell ? 'arrowDown' : 'arrowUp', color: sell ? '#d0514d' : '#3b82c4' };
  }));
  // Room at both ends for the label of a mark.
  var bars = Math.max(data.candles.length, data.prices.length);
  var room = Math.ceil(bars * 60 / Math.max(240, box.clientWidth));
  chart.timeScale().setVisibleLogicalRange({ from: -room, to: bars - 1 + room });
  window.trace = Object.freeze({
    candles: hasBars ? series.data() : [],
    prices: hasBars ? [] : series.data(),
    marks: marks.markers(),
    segments: segments.map(function (line) { return { title: line.options().title, points: line.data() }; }),
    lines: series.priceLines().map(function (line) { return line.options(); })
  });
})();
`;

export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #24292f; --soft: #636c76; --line: #d8dee4; --paper: #fff; --panel: #f6f8fa; --act: #b3261e; --warn: #8a5a00; --note: #57606a; }
@media (prefers-color-scheme: dark) { :root { --ink: #d6dbe1; --soft: #949ea9; --line: #30363d; --paper: #0f1319; --panel: #171c23; --act: #ff8a80; --warn: #e3b341; --note: #949ea9; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 70rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: .95rem; margin: 1.4rem 0 .3rem; color: var(--soft); }
.from { color: var(--soft); margin: .25rem 0 1.25rem; overflow-wrap: anywhere; }
#chart { height: 26rem; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
#chart.none { height: auto; padding: 1rem; color: var(--soft); }
.legend { color: var(--soft); font-size: .85rem; margin: .4rem 0 0; }
.short { margin: 0 0 .5rem; font-weight: 600; }
.said { margin: .35rem 0; padding: .35rem .75rem; border-left: 3px solid var(--line); }
.said.warning { border-color: var(--warn); }
.said.act { border-color: var(--act); }
.said p { margin: 0; }
details { font-size: .85rem; color: var(--soft); margin-top: .15rem; }
summary { cursor: pointer; }
code, .quote, .scroll td { font-family: ui-monospace, monospace; font-size: .8rem; }
.quote { overflow-wrap: anywhere; margin: .2rem 0 .2rem 1rem; }
.scroll { overflow-x: auto; }
/* The chart is made of tables too. */
.scroll table { border-collapse: collapse; width: 100%; }
.scroll td, .scroll th { text-align: left; vertical-align: top; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); }
.scroll th { font-size: .8rem; color: var(--soft); font-weight: 600; }
.scroll td.text { overflow-wrap: anywhere; min-width: 16rem; }
.scroll td.nowrap { white-space: nowrap; }
tr.around td { color: var(--soft); }
tr.mark td { color: var(--act); font-weight: 600; background: var(--panel); }
.late { color: var(--warn); }
@media (max-width: 40rem) {
  body { padding: 1rem .8rem 3rem; }
  #chart { height: 19rem; }
  .scroll thead { display: none; }
  .scroll tr, .scroll td { display: block; border: 0; padding: 0; }
  .scroll tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  .scroll td.nowrap { display: inline-block; padding-right: .7rem; color: var(--soft); white-space: normal; overflow-wrap: anywhere; }
  .scroll tr.mark { padding: .5rem; background: var(--panel); }
}
`;
