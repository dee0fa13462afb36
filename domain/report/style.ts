/** Styles of the report: no font, script or image from elsewhere, light and dark, down to 390 px, and on paper. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f4f6f8;--card:#fff;--fg:#17202b;--soft:#566374;--line:#dfe4ea;--accent:#1d5fc0;--good:#17764a;--bad:#b5322a;--c0:#566374;--c1:#1d5fc0;--c2:#b2540f;--c3:#17764a;--c4:#7a45b5}
@media (prefers-color-scheme:dark){:root{--bg:#0d1218;--card:#141b24;--fg:#e2e8f0;--soft:#98a6b8;--line:#263140;--accent:#74abff;--good:#58cf95;--bad:#ff8a7d;--c0:#98a6b8;--c1:#74abff;--c2:#f5a05f;--c3:#58cf95;--c4:#c69bff}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1240px;margin:0 auto;padding:16px 16px 48px;display:grid;gap:12px;grid-template-columns:minmax(0,1fr)}
header,section{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:12px 16px 14px;min-width:0}
h1{font-size:20px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:16px;margin:0 0 8px}h3{font-size:14px;margin:14px 0 4px;overflow-wrap:anywhere}
p{margin:6px 0}.soft{color:var(--soft);font-size:13px}
.badge{display:inline-block;padding:0 6px;border-radius:4px;border:1px solid currentColor;color:var(--soft);font-size:12px;line-height:18px;font-weight:400}
.badge.live,.badge.promoted{color:var(--good)}.badge.recorded,.badge.kept{color:var(--accent)}.badge.simulated{color:var(--c2)}.badge.rejected{color:var(--bad)}
header dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(240px,100%),1fr));gap:6px 16px;margin:8px 0 0}
dt{color:var(--soft);font-size:13px}dd{margin:0;overflow-wrap:anywhere;font-size:13px}.pairs{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:1px 12px;margin:6px 0 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:12px}.card{border:1px solid var(--line);border-radius:6px;padding:10px 12px;min-width:0}.card h3{margin:0 0 4px}
.big{display:block;font-size:22px;font-weight:600;margin-top:4px}.big small{font-size:13px;font-weight:400}.big,dd,table{font-variant-numeric:tabular-nums}
.bar{width:100%;height:14px;display:block;margin:6px 0}.band{fill:var(--c1);opacity:.35}.mean{stroke:var(--c1);stroke-width:2}.close{stroke:var(--fg);stroke-width:2;stroke-dasharray:2 2}
.scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--accent)}table{border-collapse:separate;border-spacing:0;width:100%;font-size:13px}
th,td{padding:4px 12px 4px 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}tr>:last-child{padding-right:0}tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--soft);font-weight:600}tbody th{font-weight:400}tr>:first-child{text-align:left;position:sticky;left:0;background:var(--card)}th small{display:block;color:var(--soft);font-size:12px}
.digests td,.digests th{text-align:left}
figure{margin:4px 0 0}svg{width:100%;height:auto;display:block}svg.narrow{display:none}
.grid{stroke:var(--line);stroke-width:1}.tick{fill:var(--soft);font-size:12px;dominant-baseline:middle}.end{text-anchor:end}.middle{text-anchor:middle}.start{text-anchor:start}
.axis{text-align:center;color:var(--soft);font-size:12px}
.line{fill:none;stroke-width:1.5;stroke-linejoin:round}.line.c0{stroke:var(--c0);stroke-dasharray:5 4}.line.c1{stroke:var(--c1)}.line.c2{stroke:var(--c2)}.line.c3{stroke:var(--c3)}.line.c4{stroke:var(--c4)}
.area{opacity:.18;stroke:none}.area.c0{fill:var(--c0)}.area.c1{fill:var(--c1)}.area.c2{fill:var(--bad)}.mark.up{fill:var(--good)}.mark.down{fill:var(--bad)}
.heat td{text-align:right}.heat td,.heat th{padding:4px 8px}.heat .cell{border-radius:3px;color:var(--fg)}.verdict{font-size:16px;font-weight:600;margin:4px 0 8px}.rect{fill:var(--c1)}.rect.low{fill:var(--bad)}
figcaption{display:flex;flex-wrap:wrap;gap:2px 16px}.key{font-size:13px;color:var(--soft)}.key::before{content:"";display:inline-block;width:16px;border-top:3px solid var(--c0);margin-right:6px;vertical-align:middle}
.key.c0::before{border-top-style:dashed}.key.c1::before{border-color:var(--c1)}.key.c2::before{border-color:var(--c2)}.key.c3::before{border-color:var(--c3)}.key.c4::before{border-color:var(--c4)}
code,pre{font:12px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}pre{white-space:pre-wrap;background:var(--bg);padding:8px 10px;margin:6px 0}ul{padding-left:18px;margin:6px 0;font-size:13px}
@media (max-width:640px){.pairs{grid-template-columns:1fr}.pairs dd{margin-bottom:8px}main{padding:10px 10px 32px;gap:10px}header,section{padding:10px}svg.broad{display:none}svg.narrow{display:block}tr>:first-child{white-space:normal;min-width:7rem;max-width:9.5rem;overflow-wrap:anywhere}.digests td{white-space:normal;min-width:9rem}}
@media print{body{background:none}header,section{border:0;padding:0}.scroll{overflow:visible}section,figure{break-inside:avoid-page}}
`;
