import { StrictMode, useEffect, useState, type ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { Notice } from './notice';
import { Backtests } from './pages/backtests';
import { Deployments } from './pages/deployments';
import { Forecasts } from './pages/forecasts';
import { Models } from './pages/models';
import { News } from './pages/news';
import { Overview } from './pages/overview';
import { Prices } from './pages/prices';
import { Resources } from './pages/resources';
import { Runs } from './pages/runs';
import { Scorecard } from './pages/scorecard';
import { Sentiment } from './pages/sentiment';
import { Serving } from './pages/serving';
import { Sources } from './pages/sources';
import type { PageProps } from './parts';
import './style.css';

interface Shown {
  path: string;
  name: string;
  page: ComponentType<PageProps>;
  /** Path of the page that leads to it; the bar above has room for the first of each group only. */
  under?: string;
}

/** One line a page: its address, its name, what shows it. */
const PAGES: Shown[] = [
  { path: '', name: 'Overview', page: Overview },
  { path: 'runs', name: 'Runs', page: Runs },
  { path: 'resources', name: 'Resources', page: Resources, under: 'runs' },
  { path: 'prices', name: 'Prices', page: Prices },
  { path: 'forecasts', name: 'Forecasts', page: Forecasts },
  { path: 'scorecard', name: 'Scorecard', page: Scorecard },
  { path: 'news', name: 'News', page: News },
  { path: 'sources', name: 'Sources', page: Sources },
  { path: 'sentiment', name: 'Sentiment', page: Sentiment },
  { path: 'models', name: 'Models', page: Models },
  { path: 'deployments', name: 'Deployments', page: Deployments, under: 'models' },
  { path: 'serving', name: 'Serving', page: Serving, under: 'models' },
  { path: 'backtests', name: 'Backtests', page: Backtests },
];

/** The address lies behind `#/`, so that any page can be reloaded from any host. */
const current = (): string[] => location.hash.replace(/^#\/?/, '').split('/');

function App() {
  const [[path = '', ...rest], setAddress] = useState(current());
  useEffect(() => {
    const change = (): void => setAddress(current());
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  const shown = PAGES.find((each) => each.path === path) ?? PAGES[0]!;
  useEffect(() => {
    document.title = `${shown.name} · FinSight`;
    scrollTo(0, 0);
    // On a phone the bar holds more pages than fit.
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [shown]);
  const Page = shown.page;
  return (
    <>
      <button className="skip" onClick={() => document.querySelector('main')?.focus()}>
        Skip to content
      </button>
      <nav aria-label="Pages">
        <a className="brand" href="#/">
          FinSight
        </a>
        <div className="pages">
          {PAGES.filter((each) => !each.under).map(({ path: to, name }) => (
            <a key={to} href={`#/${to}`} aria-current={currentOf(shown, to)}>
              {name}
            </a>
          ))}
        </div>
        <a className="docs" href="/docs">
          API docs
        </a>
      </nav>
      <main tabIndex={-1}>
        <Notice />
        <Group of={shown} />
        <Page rest={rest} />
      </main>
    </>
  );
}

/** What a screen reader says of a link: this page, or the group that it belongs to. */
const currentOf = (shown: Shown, path: string): 'page' | 'true' | undefined =>
  shown.path === path ? 'page' : shown.under === path ? 'true' : undefined;

/** The pages of one group, where there are several. */
function Group({ of }: { of: Shown }) {
  const first = of.under ?? of.path;
  const pages = PAGES.filter((each) => each.path === first || each.under === first);
  if (pages.length < 2) return null;
  return (
    <nav className="group" aria-label={`Pages of ${pages[0]!.name}`}>
      {pages.map(({ path, name }) => (
        <a key={path} href={`#/${path}`} aria-current={path === of.path ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
