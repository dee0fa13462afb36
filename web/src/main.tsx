import { StrictMode, useEffect, useState, type ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { Notice } from './notice';
import { Backtests } from './pages/backtests';
import { Forecasts } from './pages/forecasts';
import { Models } from './pages/models';
import { News } from './pages/news';
import { Overview } from './pages/overview';
import { Prices } from './pages/prices';
import { Runs } from './pages/runs';
import { Scorecard } from './pages/scorecard';
import { Sentiment } from './pages/sentiment';
import { Sources } from './pages/sources';
import type { PageProps } from './parts';
import './style.css';

/** One line a page: its address, its name, what shows it. */
const PAGES: { path: string; name: string; page: ComponentType<PageProps> }[] = [
  { path: '', name: 'Overview', page: Overview },
  { path: 'runs', name: 'Runs', page: Runs },
  { path: 'prices', name: 'Prices', page: Prices },
  { path: 'forecasts', name: 'Forecasts', page: Forecasts },
  { path: 'scorecard', name: 'Scorecard', page: Scorecard },
  { path: 'news', name: 'News', page: News },
  { path: 'sources', name: 'Sources', page: Sources },
  { path: 'sentiment', name: 'Sentiment', page: Sentiment },
  { path: 'models', name: 'Models', page: Models },
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
          {PAGES.map(({ path: to, name }) => (
            <a key={to} href={`#/${to}`} aria-current={to === shown.path ? 'page' : undefined}>
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
        <Page rest={rest} />
      </main>
    </>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
