import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { build } from 'vite';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The installed Chromium, or null on a machine without one; in CI its absence is a failure. */
export function browserPath(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).concat('/usr/bin');
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
  if (found) return found;
  if (process.env['CI'] === 'true')
    throw new Error(`No browser found; CI needs one of ${NAMES.join(', ')} on the PATH`);
  return null;
}

/** Headless, and silent on the network on its own account. */
export const openBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-sync',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });

/** The dashboard built from the sources as they are now, whatever lies in web/dist. */
export async function buildPages(): Promise<{ directory: string; remove(): void }> {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-pages-'));
  await build({
    root: resolve('web'),
    configFile: resolve('web/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: directory, emptyOutDir: true },
  });
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export interface Watched {
  page: Page;
  /** Everything that went wrong in the page so far: console errors, exceptions, requests to other hosts. */
  faults: string[];
  close(): Promise<void>;
}

/** A page in a context of its own; `home` is the only place that it may ask. */
export async function openPage(
  browser: Browser,
  home: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const inside = request.url().startsWith(home) || /^(data|blob):/.test(request.url());
    if (!inside) faults.push(`request to ${request.url()}`);
  });
  return { page, faults, close: () => context.close() };
}

/** How far the page can be scrolled sideways, in pixels. */
export const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/**
 * Texts whose contrast with the background behind them is below WCAG AA's 4.5:1, with their ratio. Text on
 * pictures is not looked at.
 */
export const faintTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const rgb = (text: string): number[] => (text.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: number[]): number => {
      const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((each) => {
        const part = each / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (start: Element): number[] => {
      for (let each: Element | null = start; each; each = each.parentElement) {
        const colour = rgb(getComputedStyle(each).backgroundColor);
        if ((colour[3] ?? 1) === 1) return colour;
      }
      return [255, 255, 255];
    };
    const faint = new Set<string>();
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      if (!own || !element.checkVisibility() || element.closest('svg, option, datalist, script, style'))
        continue;
      const [a, b] = [luminance(rgb(getComputedStyle(element).color)), luminance(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) faint.add(`${element.textContent?.trim().slice(0, 40)} (${ratio.toFixed(2)})`);
    }
    return [...faint];
  });
