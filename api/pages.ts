import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router, type Response } from 'express';
import { projectRoot } from '../adapters/config.js';

/** The built dashboard: hashed assets for a year, every other address is the page, which finds its own way. */
export function dashboard(directory = join(projectRoot(), 'web', 'dist')): Router {
  const router = Router();
  router.use(
    '/assets',
    express.static(join(directory, 'assets'), { immutable: true, maxAge: '1y', index: false }),
  );
  router.use(express.static(directory, { index: false, maxAge: 0 }));
  router.get('/{*path}', (req, res, next) => {
    if (!req.accepts('html') || /\.\w+$/.test(req.path)) return next();
    const page = join(directory, 'index.html');
    if (!existsSync(page)) return void notBuilt(res);
    res.set('cache-control', 'no-cache').sendFile(page);
  });
  return router;
}

/** Said where the pages are missing: how to get them, and what works without. */
const notBuilt = (res: Response): Response =>
  res.status(503).type('html').send(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>FinSight</title>
<style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem}</style>
<h1>The dashboard is not built yet</h1>
<p>Build it with <code>npm start</code>, or on its own with <code>npx vite build web</code>.</p>
<p>The API works without it: see <a href="/docs">the docs</a>.</p></html>`);

/** A stored report: it holds all that it needs, and nothing in it may reach out or act for the reader. */
export function sendPage(res: Response, html: Uint8Array): void {
  res.setHeader(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-scripts; script-src 'unsafe-inline'",
  );
  res.type('html').send(Buffer.from(html));
}
