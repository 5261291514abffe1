/** Colours are those of the app: one colour means one page state everywhere. Fonts are whatever is there: no network. */
const LIGHT = `color-scheme:light;--bg:#eef1f4;--panel:#ffffff;--raised:#f4f6f8;--line:#d5dbe2;--line-strong:#b4bec9;--text:#1b242d;--dim:#55626f;--accent:#0b62b8;--accent-bg:#dcebfb;--good:#0b7a55;--warn:#8a5a00;--ink-on-state:#06121f;
--good-bg:#e6f4ee;--warn-bg:#fbf2df;--violation-bg:#fbeaf3;--dma-ground:#f7f3d2;
--state-free:#e6eaee;--state-file:#7f8c99;--state-mapped:#56b4e9;--state-short-pin:#e69f00;--state-long-pin:#d55e00;--state-referenced:#a98c55;--state-dma:#c9b800;
--state-busy:#8a68c8;--state-in-transaction:#a98ddd;--state-anon:#7c8b55;--state-private:#00845f;--state-bar:#2f8f82;--state-violation:#b4126e`;
const DARK = `color-scheme:dark;--bg:#0e1217;--panel:#141a21;--raised:#1b232c;--line:#27313c;--line-strong:#3a4754;--text:#dbe3ec;--dim:#94a1b0;--accent:#6cb6ff;--accent-bg:#17324d;--good:#3fb68b;--warn:#e6b450;--ink-on-state:#06121f;
--good-bg:#10251e;--warn-bg:#2a2210;--violation-bg:#2a1522;--dma-ground:#3b3917;
--state-free:#1b232c;--state-file:#7f8c99;--state-mapped:#56b4e9;--state-short-pin:#e69f00;--state-long-pin:#d55e00;--state-referenced:#c2a878;--state-dma:#f0e442;
--state-busy:#9a7bd0;--state-in-transaction:#b9a3e3;--state-anon:#8d9b6a;--state-private:#009e73;--state-bar:#44aa99;--state-violation:#ff4fa3`;

const SCREEN = `
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:13px/1.5 Inter,"Segoe UI",system-ui,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:1080px;margin:0 auto;padding:0 32px 40px;background:var(--panel);min-height:100vh;border:solid var(--line);border-width:0 1px}
.mono,code,.digest{font-family:"JetBrains Mono","DejaVu Sans Mono",ui-monospace,monospace;font-size:12px}
header{padding:24px 0 16px}
.brand{color:var(--dim);font-size:12px;margin:0 0 4px}
h1{font-size:24px;line-height:1.25;font-weight:600;letter-spacing:-.01em;margin:0}
h2{font-size:15px;font-weight:600;margin:32px 0 8px;padding-top:12px;border-top:1px solid var(--line)}
h2 small{font-size:12px;font-weight:400;color:var(--dim);margin-left:8px}
h3{font-size:13px;font-weight:600;margin:0}
p{margin:0 0 8px;max-width:76ch}
.none,.note{color:var(--dim)}
.verdict{border-left:4px solid var(--good);background:var(--good-bg);padding:10px 14px;margin:0 0 16px}
.verdict strong{display:block;font-size:15px;font-weight:600}
.verdict p{margin:2px 0 0;color:var(--dim);max-width:none}
.verdict.safety,.verdict.liveness{border-color:var(--state-violation);background:var(--violation-bg)}.verdict.safety strong,.verdict.liveness strong{color:var(--state-violation)}
.verdict.expectation,.verdict.not-complete{border-color:var(--warn);background:var(--warn-bg)}.verdict.expectation strong,.verdict.not-complete strong{color:var(--warn)}
dl{display:grid;grid-template-columns:max-content 1fr max-content 1fr;gap:4px 16px;margin:0 0 12px}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.command{display:block;background:var(--raised);border:1px solid var(--line);border-radius:4px;padding:8px 12px;overflow-wrap:anywhere;white-space:pre-wrap}
table{width:100%;border-collapse:collapse;font-size:12px}
th{font-weight:500;color:var(--dim);text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:bottom}
td{padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
.n{text-align:right;white-space:nowrap}.w{white-space:nowrap}
.operations td:nth-child(2){min-width:270px}
.events td{padding-top:2px;padding-bottom:2px}.events tr.quiet td:nth-child(-n+4){color:transparent}
.good{color:var(--good)}.bad-text{color:var(--state-violation)}.warn{color:var(--warn)}
.finding{border-left:2px solid var(--state-violation);padding:2px 0 2px 12px;margin:0 0 14px}
.finding.notice{border-color:var(--line-strong)}.finding.blocked{border-color:var(--warn)}
.finding h3 .id{color:var(--state-violation);margin-right:6px}.finding.notice h3 .id{color:var(--dim)}
.finding .meta{color:var(--dim);font-size:12px}
ol.chain{list-style:none;margin:4px 0 0;padding:0}
ol.chain li{padding:1px 0 1px 18px;position:relative}
ol.chain li::before{content:"\\2190";position:absolute;left:0;color:var(--dim)}
ol.chain li:first-child::before{content:"\\2022";left:3px}
.tag{display:inline-block;border:1px solid var(--line);border-radius:3px;padding:0 5px;font-size:11px;color:var(--dim);white-space:nowrap}
.chip{display:inline-flex;align-items:center;gap:6px;white-space:nowrap}
.swatch{display:inline-grid;place-items:center;width:14px;height:14px;border-radius:3px;font:normal 9px/1 "DejaVu Sans",sans-serif;color:var(--ink-on-state)}
.swatch.s-free,.swatch.s-hole,.swatch.s-in-transaction{color:var(--dim);border:1px solid var(--line)}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0 0;color:var(--dim);font-size:12px}
.sources{margin:0;padding:0;list-style:none;columns:2;column-gap:32px;font-size:12px}.sources li{break-inside:avoid;padding:2px 0}
footer{margin-top:32px;padding-top:12px;border-top:1px solid var(--line);color:var(--dim);font-size:12px}
svg{display:block;width:100%;height:auto;overflow:visible}svg.defs{position:absolute;width:0;height:0}
svg text{font:11px Inter,"Segoe UI",system-ui,"DejaVu Sans",sans-serif;fill:var(--text)}
.timeline .grid path{stroke:var(--line);stroke-width:1;opacity:.7}.timeline .rule{stroke:var(--line);stroke-width:1;fill:none}
.timeline .grid text{fill:var(--dim);font-size:10.5px}.timeline .lane{font-size:12px}
.timeline .break path{stroke:var(--line-strong);stroke-dasharray:2 3}.timeline .break text{fill:var(--dim);font-size:10.5px}
.bar.run rect{fill:var(--accent-bg);stroke:var(--accent);stroke-width:.75}.bar.dma rect{fill:url(#p-dma)}
.bar.blocked rect{fill:url(#p-blocked);stroke:var(--dim);stroke-width:.75;stroke-dasharray:4 3}
.bar.dma text{paint-order:stroke;stroke:var(--panel);stroke-width:3px}
.bar.page text{fill:var(--ink-on-state)}.bar.page.s-free text,.bar.page.s-hole text,.bar.page.s-in-transaction text,.bar.page.s-busy text,.bar.page.s-dma text{fill:var(--text)}
.bar.page.s-busy text,.bar.page.s-dma text{paint-order:stroke;stroke:var(--panel);stroke-width:3px}
.bar.page.s-in-transaction rect,.bar.page.s-hole rect,.bar.page.s-free rect{stroke:var(--line)}
.timeline .violation path{stroke:var(--state-violation);stroke-width:1.5}.timeline .violation text{fill:var(--state-violation);font-weight:600}
.topology{margin:0 auto}.topology .wire path{stroke:var(--line-strong);stroke-width:2.5;fill:none}.topology .wire text{fill:var(--dim);font-size:10px}
.topology .card>rect{fill:var(--panel);stroke:var(--line-strong)}.topology .ground{fill:var(--state-free)}
.topology .name{font-size:12px;font-weight:600}.topology .kind,.topology .detail{fill:var(--dim);font-size:10.5px}
@media (max-width:720px){main{padding:0 16px 32px}dl{grid-template-columns:max-content 1fr}.sources{columns:1}.scroll{overflow-x:auto}.scroll>*{min-width:640px}}`;

/** On paper: ink on white, nothing torn between pages, table heads on each. */
const PRINT = `
@page{margin:14mm 12mm}
@media print{:root{${LIGHT}}body{background:#fff;font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0;border:0;min-height:0}
header{padding-top:0}h2{break-after:avoid;margin-top:22px}.finding,tr,svg,.verdict,.command{break-inside:avoid}thead{display:table-header-group}table,.sources,.legend,.finding .meta,footer{font-size:10px}.mono,code,.digest{font-size:9.5px}}`;

const swatches = ['free', 'file', 'mapped', 'short-pin', 'long-pin', 'referenced', 'anon', 'private', 'bar'].map(state => `.swatch.s-${state}{background:var(--state-${state})}`).join('');
const patterned = '.swatch.s-dma{background:repeating-linear-gradient(45deg,var(--state-dma) 0 3px,var(--dma-ground) 3px 6px)}.swatch.s-busy{background:repeating-linear-gradient(45deg,var(--state-busy) 0 2px,var(--raised) 2px 5px)}.swatch.s-busy,.swatch.s-dma{color:transparent}';

export const REPORT_STYLE = `:root{${LIGHT}}@media (prefers-color-scheme:dark){:root{${DARK}}}${SCREEN}${swatches}${patterned}${PRINT}`;
