import { StrictMode, useEffect, useState, type ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { Backtests } from './pages/backtests';
import { Models } from './pages/models';
import { Overview } from './pages/overview';
import { Prices } from './pages/prices';
import { Runs } from './pages/runs';
import { Sentiment } from './pages/sentiment';
import './style.css';

/** One line a page: its address, its name, what shows it. */
const PAGES: { path: string; name: string; page: ComponentType }[] = [
  { path: '', name: 'Overview', page: Overview },
  { path: 'runs', name: 'Runs', page: Runs },
  { path: 'prices', name: 'Prices', page: Prices },
  { path: 'sentiment', name: 'Sentiment', page: Sentiment },
  { path: 'models', name: 'Models', page: Models },
  { path: 'backtests', name: 'Backtests', page: Backtests },
];

/** The address lies behind `#/`, so that any page can be reloaded from any host. */
const current = (): string => location.hash.replace(/^#\/?/, '').split('/')[0] ?? '';

function App() {
  const [path, setPath] = useState(current());
  useEffect(() => {
    const change = (): void => setPath(current());
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  const Page = (PAGES.find((each) => each.path === path) ?? PAGES[0])!.page;
  return (
    <>
      <nav aria-label="Pages">
        <a className="brand" href="#/">
          FinSight
        </a>
        {PAGES.map(({ path: to, name }) => (
          <a key={to} href={`#/${to}`} aria-current={to === path ? 'page' : undefined}>
            {name}
          </a>
        ))}
        <a href="/docs">API</a>
      </nav>
      <main>
        <Page />
      </main>
    </>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
