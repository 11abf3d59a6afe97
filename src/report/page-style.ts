/** The style sheet of the HTML report. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfbf9; --card: #ffffff; --ink: #1c2024; --soft: #646b73; --line: #e3e4e0; --hover: #f1f2ee; --pick: #e4ecf7;
  --good: #1a7f4b; --fair: #a8690a; --bad: #c2352b; --good-bg: #e3f4ea; --fair-bg: #fbf0da; --bad-bg: #fbe6e4; --accent: #2660a4;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --card: #1d2125; --ink: #e6e8ea; --soft: #98a1aa; --line: #30363c; --hover: #262b30; --pick: #22364f;
    --good: #5cc48d; --fair: #e0a94a; --bad: #f0796f; --good-bg: #163325; --fair-bg: #3a2d12; --bad-bg: #42201d; --accent: #7fb0ee;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
main { max-width: 1500px; margin: 0 auto; padding: 24px; }
h1 { display: inline-block; font-size: 24px; line-height: 1.3; margin: 0; padding: 4px 14px; border-radius: 10px; letter-spacing: -0.01em; }
#packages { margin-bottom: 16px; }
h2 { font-size: 13px; margin: 0 0 10px; color: var(--soft); font-weight: 600; text-transform: uppercase; letter-spacing: 0.05em; }
code, .mono { font-family: var(--mono); font-size: 12.5px; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: left; }
button:focus-visible, input:focus-visible, .rows:focus-visible, select:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; }
header { display: flex; gap: 20px; align-items: flex-start; flex-wrap: wrap; margin-bottom: 18px; }
header .what { flex: 1 1 420px; min-width: 0; }
.lead { color: var(--soft); margin: 4px 0 0; }
.badge { display: inline-block; border-radius: 999px; padding: 1px 10px; font-size: 12.5px; font-weight: 600; white-space: nowrap; }
.equal { color: var(--good); background: var(--good-bg); }
.repacked { color: var(--fair); background: var(--fair-bg); }
.different { color: var(--bad); background: var(--bad-bg); }
.sides { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 10px; flex: 1 1 420px; min-width: 0; }
.sides b { color: var(--soft); }
.sides div { min-width: 0; overflow-wrap: anywhere; }
.sides .digest { color: var(--soft); font-size: 12px; }
.tabs { display: flex; gap: 6px; flex-wrap: wrap; margin-bottom: 14px; }
.tabs button { border: 1px solid var(--line); border-radius: 8px; padding: 4px 12px; background: var(--card); }
.tabs button[aria-selected=true] { border-color: var(--accent); box-shadow: inset 0 -2px var(--accent); }
.top { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 16px; margin-bottom: 16px; }
.bar-row { display: grid; grid-template-columns: minmax(0, 1fr) 34% 62px; gap: 10px; align-items: center; width: 100%; padding: 3px 6px; border-radius: 6px; }
.bar-row:hover { background: var(--hover); }
.bar-row[aria-pressed=true] { background: var(--pick); }
.bar-row .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar-row .count { text-align: right; font-variant-numeric: tabular-nums; color: var(--soft); }
svg.bar { display: block; width: 100%; height: 10px; border-radius: 5px; background: var(--hover); }
svg.bar .a { fill: var(--accent); opacity: 0.55; } svg.bar .b { fill: var(--accent); }
svg.bar .real { fill: var(--bad); opacity: 0.75; } svg.bar .packing { fill: var(--fair); opacity: 0.75; }
.layer-row { grid-template-columns: 34px 96px minmax(0, 1fr) 20% 84px; }
#causes, #layers { max-height: 460px; overflow: auto; }
.layer-row .made { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); }
.remedy { margin: 8px 0 0; padding: 8px 10px; border-radius: 8px; background: var(--hover); }
.packages { display: flex; flex-wrap: wrap; gap: 6px; max-height: 112px; overflow: auto; }
.packages span { border: 1px solid var(--line); border-radius: 6px; padding: 0 8px; }
.tools { display: flex; gap: 8px; flex-wrap: wrap; align-items: center; margin-bottom: 10px; }
.tools input[type=search] { flex: 1 1 220px; }
.tools input, .tools select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 5px 10px; }
.tools .shown { color: var(--soft); font-variant-numeric: tabular-nums; }
.tools .plain { border: 1px solid var(--line); border-radius: 8px; padding: 5px 10px; }
.body { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 16px; }
.rows { height: 62vh; min-height: 340px; overflow: auto; position: relative; border-top: 1px solid var(--line); outline-offset: -2px; }
.row { position: absolute; left: 0; right: 0; height: 26px; display: flex; align-items: center; gap: 7px; padding-right: 8px; white-space: nowrap; cursor: default; border-radius: 5px; }
.row:hover { background: var(--hover); }
.row[aria-selected=true] { background: var(--pick); }
.row .twist { width: 14px; text-align: center; color: var(--soft); flex: none; }
.row .name { overflow: hidden; text-overflow: ellipsis; font-family: var(--mono); font-size: 12.5px; }
.row .tail { margin-left: auto; color: var(--soft); font-size: 12px; flex: none; }
.mark { width: 16px; height: 16px; line-height: 16px; text-align: center; border-radius: 4px; font-weight: 700; font-size: 12px; flex: none; }
.mark.only-a { color: var(--bad); background: var(--bad-bg); } .mark.only-b { color: var(--good); background: var(--good-bg); } .mark.both { color: var(--fair); background: var(--fair-bg); }
.detail { height: calc(62vh + 46px); min-height: 386px; overflow: auto; }
.detail h3 { margin: 0 0 4px; font: 600 14px/1.4 var(--mono); overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 10px 0; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12px; }
th, td { padding: 5px 8px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.value { font-family: var(--mono); font-size: 12px; overflow-wrap: anywhere; max-width: 260px; }
.diff { font: 12px/1.5 var(--mono); border: 1px solid var(--line); border-radius: 8px; overflow: auto; padding: 6px 0; }
.diff div { padding: 0 10px; white-space: pre; min-width: max-content; }
.diff .add { background: var(--good-bg); color: var(--good); } .diff .del { background: var(--bad-bg); color: var(--bad); } .diff .at { color: var(--soft); background: var(--hover); }
.empty { color: var(--soft); padding: 30px 10px; text-align: center; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 960px) { .top, .body { grid-template-columns: minmax(0, 1fr); } .detail { height: auto; min-height: 0; } .rows { height: var(--rows); max-height: 62vh; min-height: 108px; } .layer-row { grid-template-columns: 28px 88px minmax(0, 1fr) 70px; } .layer-row svg { display: none; } }
@media (max-width: 640px) { main { padding: 14px; } .card { padding: 12px; } .bar-row:not(.layer-row) { grid-template-columns: minmax(0, 1fr) 18% 48px; } }
@media print { .rows { height: auto; } .tools { display: none; } }
`;
