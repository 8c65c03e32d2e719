"""The report's style sheet: a printed document, readable on a screen of any width.

System fonts only: nothing is fetched. Contrast is WCAG AA or better on white; no colour says
good or bad (R22).
"""

STYLE = """
:root{--ink:#1c2127;--soft:#55606c;--rule:#c9d0d8;--faint:#f4f6f8;--deep:#1f3a5f;
--serif:Charter,"Bitstream Charter","Source Serif 4","Noto Serif",Cambria,Georgia,serif;
--sans:"Source Sans 3","Segoe UI",Roboto,"Noto Sans","Helvetica Neue",Arial,sans-serif;
--mono:"Source Code Pro","DejaVu Sans Mono",Consolas,monospace;color-scheme:light}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:#fff;color:var(--ink);font:1.0625rem/1.55 var(--serif);
font-variant-numeric:lining-nums}
main,header,footer{max-width:50rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:3.5rem}
.series{display:flex;justify-content:space-between;gap:1rem;flex-wrap:wrap;margin:0 0 2.75rem;
padding-bottom:.6rem;border-bottom:3px solid var(--deep);font:600 .8125rem/1.4 var(--sans);
letter-spacing:.06em;text-transform:uppercase;color:var(--deep)}
.series span:last-child{color:var(--soft);font-weight:400;letter-spacing:.02em;text-transform:none}
h1{font-size:2.375rem;line-height:1.15;font-weight:600;margin:0 0 .35rem;text-wrap:balance}
.subject{font-size:1.3125rem;line-height:1.35;color:var(--soft);margin:0 0 2rem;
overflow-wrap:anywhere}
h2{font-size:1.4375rem;line-height:1.25;font-weight:600;margin:3.25rem 0 .9rem;padding-top:.85rem;
border-top:1px solid var(--rule);color:var(--deep)}
h2 .no{display:inline-block;min-width:2rem;padding-right:.6rem;font-weight:400;color:var(--soft)}
h3{font:600 1.0625rem/1.35 var(--sans);margin:2rem 0 .5rem}
p{margin:.7rem 0}
a{color:var(--deep)}
.notice,.void{margin:1.75rem 0;padding:.9rem 1.15rem;border:1px solid var(--rule);
border-left:4px solid var(--deep);background:var(--faint)}
.void{border:2px solid var(--ink);background:#fff}
.notice p,.void p,.void ul{margin:.2rem 0}
.lede{font-size:1.1875rem;line-height:1.5}
dl{margin:1rem 0;font:.9375rem/1.5 var(--sans);border-top:1px solid var(--rule)}
dl div{display:grid;grid-template-columns:11.5rem 1fr;gap:.15rem 1.25rem;padding:.4rem 0;
border-bottom:1px solid var(--rule)}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
code,.digest{font-family:var(--mono);font-size:.86em;overflow-wrap:anywhere}
.digest{font-size:.78em}
pre{font:.8125rem/1.5 var(--mono);background:var(--faint);border:1px solid var(--rule);
padding:.75rem 1rem;margin:.75rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:1.1rem 0 1.6rem}
.scroll:focus-visible{outline:2px solid var(--deep);outline-offset:3px}
table{border-collapse:collapse;width:100%;font:.875rem/1.4 var(--sans);
font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;font-weight:600;padding:0 0 .45rem;font-size:.9375rem}
th,td{padding:.38rem .75rem .38rem 0;text-align:left;vertical-align:top;font-weight:400}
td:not(.n),tbody th{overflow-wrap:anywhere;min-width:5rem}
thead th{font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--ink);
vertical-align:bottom}
tbody tr{border-bottom:1px solid var(--rule)}
tbody tr:last-child{border-bottom:1.5px solid var(--ink)}
.n{text-align:right;white-space:nowrap}
td:last-child,th:last-child{padding-right:0}
.answer{font-weight:700}
figure{margin:1.6rem 0 1.2rem}
figcaption{font:600 .9375rem/1.4 var(--sans);margin-bottom:.5rem}
figcaption span{display:block;font-weight:400;color:var(--soft);font-size:.875rem}
svg{display:block;width:100%;height:auto;font-family:var(--sans);overflow:visible}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1.5rem 2rem}
.panels svg{max-width:24rem}
.wide{overflow-x:auto}
.wide svg{min-width:34rem}
ul{padding-left:1.2rem}
li{margin:.25rem 0}
.sign{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:2.75rem 2rem;
margin-top:3.25rem;font:.8125rem/1.4 var(--sans);color:var(--soft)}
.sign div{border-top:1px solid var(--ink);padding-top:.35rem}
footer{margin-top:3.5rem;padding-bottom:3rem;font:.8125rem/1.5 var(--sans);color:var(--soft)}
footer p{border-top:3px solid var(--deep);padding-top:.75rem;margin:0}
@media (max-width:38rem){body{font-size:1rem}header{padding-top:1.75rem}
.series{margin-bottom:1.75rem}h1{font-size:1.8125rem}dl div{grid-template-columns:1fr}
main,header,footer{padding-left:1rem;padding-right:1rem}h2 .no{min-width:1.5rem}
/* Tables scroll here, so words need not be broken; codes still are. */
td:not(.n),tbody th{overflow-wrap:break-word;min-width:7.5rem}td code{overflow-wrap:anywhere}}
@page{size:auto;margin:20mm 18mm 22mm}
@media print{body{font-size:10.25pt;line-height:1.45}main,header,footer{max-width:none;padding:0}
header{padding-top:0}h1{font-size:22pt}h2{font-size:14pt;margin-top:20pt;break-after:avoid}
h3,figcaption,caption{break-after:avoid}
figure,tr,.short,.notice,.void,.sign,dl div{break-inside:avoid}
thead{display:table-header-group}.scroll,.wide{overflow:visible}.wide svg{min-width:0}
table{font-size:8.5pt}dl{font-size:9pt}pre{font-size:8pt}.lede{font-size:11.5pt}
a{color:inherit;text-decoration:none}}
"""
