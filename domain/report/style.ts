/** Styles of the report: no font, script or image from elsewhere, light and dark, down to 390 px. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2430;--soft:#5c6878;--line:#dde3ea;--card:#f6f8fa;--c1:#2463c9;--c2:#c2571a;--c3:#1f8a5b;--c4:#8a4fc7;--good:#1f8a5b;--bad:#c0392b}
@media (prefers-color-scheme:dark){:root{--bg:#10151c;--fg:#e4e9f0;--soft:#97a3b4;--line:#2a3441;--card:#18202a;--c1:#6ea8ff;--c2:#ff9d5c;--c3:#5fd39b;--c4:#c69bff;--good:#5fd39b;--bad:#ff8a7a}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1040px;margin:0 auto;padding:24px 16px 64px}h1{font-size:26px;margin:0 0 4px}h2{font-size:18px;margin:36px 0 8px}h3{font-size:15px;margin:20px 0 6px}
p{margin:6px 0}.soft{color:var(--soft)}.badge{display:inline-block;padding:1px 10px;border-radius:99px;border:1px solid var(--line);background:var(--card);font-size:13px;margin-right:6px}
.badge.good{color:var(--good)}.badge.bad{color:var(--bad)}.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:6px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th:first-child,td:first-child{text-align:left}th{color:var(--soft);font-weight:600}
figure{margin:8px 0 0;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px}svg{width:100%;height:auto;display:block}
.grid{stroke:var(--line);stroke-width:1}.tick{fill:var(--soft);font-size:11px;dominant-baseline:middle}.end{text-anchor:end}.middle{text-anchor:middle}.start{text-anchor:start}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round}.line.c1{stroke:var(--c1)}.line.c2{stroke:var(--c2)}.line.c3{stroke:var(--c3)}.line.c4{stroke:var(--c4)}
.key{font-size:13px;color:var(--soft);margin-right:16px}.key::before{content:"";display:inline-block;width:12px;height:3px;margin-right:6px;vertical-align:middle;background:currentColor}
.key.c1::before{background:var(--c1)}.key.c2::before{background:var(--c2)}.key.c3::before{background:var(--c3)}.key.c4::before{background:var(--c4)}
code{font-size:12.5px;overflow-wrap:anywhere}ul{padding-left:20px;margin:6px 0}.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:12px}.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px}.card b{font-size:20px;display:block}
`;
