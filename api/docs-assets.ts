/** Style of the docs page: light and dark, one column on a phone. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--bg:#f4f6f8;--card:#fff;--fg:#17202b;--soft:#566374;--faint:#b4bfcc;--line:#dfe4ea;--accent:#1d5fc0;--get:#17764a;--post:#1d5fc0;--delete:#b5322a}
@media (prefers-color-scheme:dark){:root{--bg:#0d1218;--card:#141b24;--fg:#e2e8f0;--soft:#98a6b8;--faint:#4b5a6c;--line:#263140;--accent:#74abff;--get:#58cf95;--post:#74abff;--delete:#ff8a7d}}
*{box-sizing:border-box}
html{scroll-padding-top:4.5rem}
body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}
a{color:var(--accent)}
code,pre,textarea{font:13px/1.5 ui-monospace,'SF Mono',Menlo,Consolas,monospace}
body>header{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:6px 16px;align-items:center;padding:10px 20px;background:var(--card);border-bottom:1px solid var(--line)}
.brand{font-weight:700;color:var(--fg);text-decoration:none;font-size:17px}
body>header span{color:var(--soft);margin-right:auto}
body>header label{display:flex;gap:8px;align-items:center;color:var(--soft);font-size:13px}
.columns{display:grid;grid-template-columns:190px minmax(0,1fr);max-width:1400px;margin:0 auto;gap:28px;padding:20px}
nav{position:sticky;top:72px;align-self:start;display:grid;gap:2px}
nav a{display:flex;justify-content:space-between;color:var(--soft);text-decoration:none;padding:5px 10px;border-radius:4px}
nav a:hover{background:var(--card);color:var(--fg)}
h1{font-size:18px;margin:0}
.lead{margin:0 0 4px;color:var(--soft);max-width:70ch}
h2{font-size:16px;margin:22px 0 8px;text-transform:capitalize}
h3{font-size:13px;margin:18px 0 6px;color:var(--soft);font-weight:600}
details{background:var(--card);border:1px solid var(--line);border-radius:6px;margin:0 0 6px;overflow:hidden}
summary{cursor:pointer;padding:7px 12px;list-style:none;display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center}
summary::-webkit-details-marker{display:none}
summary:hover{background:color-mix(in srgb,var(--accent) 6%,transparent)}
summary span{color:var(--soft)}
.path{overflow-wrap:anywhere;font-size:14px}
.method{min-width:64px;text-align:center;font-size:12px;letter-spacing:.04em;padding:2px 8px;border-radius:6px;color:var(--tone);background:color-mix(in srgb,var(--tone) 14%,transparent)}
.get{--tone:var(--get)}.post,.put{--tone:var(--post)}.delete{--tone:var(--delete)}
.inside{padding:4px 14px 16px;border-top:1px solid var(--line)}
.role{color:var(--soft);margin:8px 0}
.fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(230px,100%),1fr));gap:12px}
form label{display:grid;gap:3px;align-content:start}
form i,td i{color:var(--soft);font-size:12px;font-style:normal}
small{color:var(--soft);font-size:12px;line-height:1.35}
input,select,textarea,button{font:inherit;color:var(--fg);background:var(--bg);border:1px solid var(--faint);border-radius:4px;padding:4px 8px;width:100%;min-width:0}
body>header input{width:190px}
::placeholder{color:var(--soft);opacity:1}
textarea{font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;resize:vertical}
.body{margin-top:12px}
button{width:auto;margin-top:12px;background:var(--accent);color:var(--card);border:0;padding:6px 16px;font-weight:600;cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
pre{background:var(--bg);border:1px solid var(--line);border-radius:4px;padding:10px 12px;margin:8px 0 0;overflow:auto;max-height:380px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
td{padding:5px 14px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
.schemas{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(420px,100%),1fr));gap:6px;align-items:start}.schemas .schema{margin:0}.schemas .schema[open]{grid-column:1/-1}
.schema .scroll,.schema>p{padding:0 14px 10px;margin:0}
@media (max-width:760px){.columns{grid-template-columns:minmax(0,1fr);padding:12px;gap:8px}nav{position:static;display:flex;flex-wrap:wrap}nav a span{display:none}body>header{position:static;padding:10px 12px}}
`;

/** Sends what the form says, with the key if there is one, and shows the answer as it came. */
export const DOCS_SCRIPT = `
const key = document.getElementById('key');
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === 'DETAILS') target.open = true;
};
addEventListener('hashchange', open);
open();
document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const output = form.parentElement.querySelector('.answer');
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll('[data-in]')) {
    if (field.dataset.in === 'path') path = path.replace('{' + field.name + '}', encodeURIComponent(field.value));
    else if (field.value) query.set(field.name, field.value);
  }
  const headers = { accept: 'application/json, text/html' };
  if (key.value) headers.authorization = 'Bearer ' + key.value;
  const body = form.elements.body && form.elements.body.value;
  if (body) headers['content-type'] = 'application/json';
  const address = path + (query.size ? '?' + query : '');
  output.hidden = false;
  output.textContent = 'Waiting for ' + address;
  try {
    const stop = new AbortController();
    const answer = await fetch(address, { method: form.dataset.method.toUpperCase(), headers, body: body || undefined, signal: stop.signal });
    const type = answer.headers.get('content-type') || '';
    if (type.includes('event-stream')) {
      stop.abort();
      output.textContent = answer.status + ' an event stream: follow it with curl -N ' + location.origin + address;
      return;
    }
    const text = await answer.text();
    const shown = type.includes('json') && text ? JSON.stringify(JSON.parse(text), null, 2) : text;
    output.textContent = answer.status + ' ' + answer.statusText + '\\n' + shown.slice(0, 20000);
  } catch (error) {
    output.textContent = 'No answer: ' + error.message;
  }
});
`;
