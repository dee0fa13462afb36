import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROWS, body, madeStrategies, refused } from './made-strategies.js';

const { directory, load, run } = madeStrategies();

describe('an import is refused', () => {
  mkdirSync(join(directory, 'inner'));
  writeFileSync(join(directory, 'sides.js'), '1;');
  writeFileSync(join(directory, 'data.json'), '{"secret":1}');
  symlinkSync('/etc/hostname', join(directory, 'linked.ts'));
  it.each([
    ['node:fs', 'import "node:fs";'],
    ['fs', 'import { readFileSync } from "fs"; readFileSync("/etc/passwd");'],
    ['child_process', 'require("child_process").execSync("id");'],
    ['esbuild', 'import "esbuild";'],
    ['./data.json', 'import data from "./data.json"; data;'],
    ['../outside.ts', 'import "../outside.ts";'],
    ['/etc/passwd', 'import "/etc/passwd";'],
    ['./linked.ts', 'import "./linked.ts";'],
    ['https://example.org/a.js', 'import "https://example.org/a.js";'],
    ['data:text/javascript,1', 'import "data:text/javascript,1";'],
    ['./inner', 'import "./inner";'],
    ['./sides.js', 'export default { async signal() { await import("./sides.js"); } };'],
  ])('of %s', async (path, source) => {
    await expect(load(source)).rejects.toEqual(
      refused(
        new RegExp(
          `^mine-\\d+\\.ts:1:\\d+: imports "${path.replaceAll('.', '\\.')}"; a strategy may import only`,
        ),
      ),
    );
  });
});

describe('there is no way out of the sandbox:', () => {
  it.each<[string, string, RegExp]>([
    ['process', 'process.exit(7)', /process' is not defined|process is not defined/],
    ['a constructor of functions', 'return this.constructor.constructor("return process")().env', /process/],
    ['the function behind an argument', 'bars.close.constructor.constructor("return process")()', /process/],
    ['an indicator', 'indicators.SMA.constructor("return process")()', /process/],
    ['require', 'const name = "f" + "s"; require(name)', /require|not supported/],
    ['globalThis', 'globalThis.process.exit(1)', /TypeError/],
    ['fetch', 'fetch("http://127.0.0.1/")', /fetch/],
    ['XMLHttpRequest', 'new XMLHttpRequest()', /XMLHttpRequest/],
    ['WebSocket', 'new WebSocket("ws://127.0.0.1/")', /WebSocket/],
    ['a timer', 'setTimeout(() => 1, 1)', /setTimeout/],
    ['an interval', 'setInterval(() => 1, 1)', /setInterval/],
    ['setImmediate', 'setImmediate(() => 1)', /setImmediate/],
    ['a clock', 'return [Date.now()]', /Date/],
    ['another clock', 'performance.now()', /performance/],
    ['a worker', 'new Worker("x")', /Worker/],
    ['WebAssembly', 'new WebAssembly.Module(new Uint8Array(8))', /WebAssembly/],
    ['what runs around it', '__inside.run()', /__inside/],
    ['files of QuickJS', 'std.open("/etc/passwd", "r")', /std/],
    ['system of QuickJS', 'os.exec(["id"])', /'?os'? is not defined/],
    ['print', 'print("x")', /print/],
    ['console', 'console.log("x")', /console/],
    ['import.meta', 'import.meta.url.length', /TypeError/],
  ])('%s', async (_, code, message) => {
    await expect(run(body(code))).rejects.toEqual(refused(message));
  });

  it('a dynamic import brings nothing', async () => {
    const code =
      'const name = "node:" + "fs"; let got = 0; import(name).then(() => (got = 1), () => 0); if (got) throw 1;';
    expect(await run(body(code))).toEqual(new Float64Array(ROWS));
  });

  it('polluted prototypes stay inside', async () => {
    const code = `Object.prototype.polluted = 1; Array.prototype.map = () => 7; Float64Array.prototype.fill = null;
      JSON.parse = () => 1; JSON.stringify = () => '{}'; Object.freeze = (x) => x; globalThis.Float64Array = class {};
      bars.constructor.prototype.other = 1; params.__proto__.third = 1;
      return bars.close.map(() => 1);`;
    expect(await run(body(code))).toEqual(new Float64Array(ROWS).fill(1));
    expect({} as Record<string, unknown>).not.toHaveProperty('polluted');
    expect(({} as Record<string, unknown>)['other']).toBeUndefined();
    expect(({} as Record<string, unknown>)['third']).toBeUndefined();
    expect(typeof [].map).toBe('function');
  });

  it('the global object has nothing but the language', async () => {
    const language = [...Object.getOwnPropertyNames(globalThis), 'InternalError', 'Float16Array', 'Iterator'];
    const found = 'const names = Object.getOwnPropertyNames(globalThis);';
    const known = `const known = new Set(${JSON.stringify(language)});`;
    const foreign =
      'const more = names.filter((name) => !known.has(name)); if (more.length) throw more.join();';
    expect(await run(body(found + known + foreign))).toHaveLength(ROWS);
    const told = run(body(`${found} throw names.filter((name) => !/Array|Error/.test(name)).join(' ')`));
    const names = String(await told.catch((error: Error) => error.message)).split(/[ :]+/);
    expect(names).toContain('Math');
    for (const name of [
      'process',
      'Date',
      'fetch',
      'performance',
      'console',
      'SharedArrayBuffer',
      '__strategy',
    ])
      expect(names).not.toContain(name);
  });
});
