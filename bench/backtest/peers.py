"""CPU time of the same job in Python: SMA crosses, fills at the next open, 0.1 % a side."""

import json
import sys
import time

import numpy as np

path, bars, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
columns = np.fromfile(path, dtype="<f8").reshape(5, bars)
opens, highs, lows, closes, times = columns
FEE = 0.001
CASH = 2e7
FASTS, SLOWS = range(10, 61, 5), range(70, 201, 10)


def sma(values, length):
    sums = np.concatenate(([0.0], np.cumsum(values)))
    out = np.full(len(values), np.nan)
    out[length - 1 :] = (sums[length:] - sums[:-length]) / length
    return out


def one(fast, slow, day_ends):
    position = np.concatenate(([False], (fast > slow)[:-1]))
    change = np.diff(position.astype(np.int8), prepend=np.int8(0))
    traded = change != 0
    flow = np.where(traded, -change * opens - FEE * opens, 0.0)
    equity = CASH + np.cumsum(flow) + position * closes
    peak = np.maximum(np.maximum.accumulate(equity), CASH)
    daily = np.concatenate(([CASH], equity[day_ends]))
    returns = daily[1:] / daily[:-1] - 1
    sharpe = returns.mean() / returns.std(ddof=1) * np.sqrt(365)
    return int((change > 0).sum()), equity[-1], ((peak - equity) / peak).max(), sharpe


def numpy_grid():
    days = times // 86_400_000
    day_ends = np.append(np.nonzero(np.diff(days))[0], bars - 1)
    averages = {length: sma(closes, length) for length in [*FASTS, *SLOWS]}
    rows = [one(averages[f], averages[s], day_ends) for f in FASTS for s in SLOWS]
    return len(rows), rows[0][0]


def vectorbt_grid():
    import vectorbt as vbt

    fast = np.column_stack([sma(closes, f) for f in FASTS for _ in SLOWS])
    slow = np.column_stack([sma(closes, s) for _ in FASTS for s in SLOWS])
    above = np.vstack((np.zeros((1, fast.shape[1]), bool), (fast > slow)[:-1]))
    portfolio = vbt.Portfolio.from_signals(
        closes, above, ~above, price=opens, size=1.0, fees=FEE, init_cash=CASH, freq="1min"
    )
    equity = portfolio.value()
    return equity.shape[1], int(portfolio.orders.count().iloc[0] + 1) // 2


def backtesting_run():
    import pandas as pd
    from backtesting import Backtest, Strategy

    class Cross(Strategy):
        def init(self):
            self.fast = self.I(sma, self.data.Close, 20)
            self.slow = self.I(sma, self.data.Close, 100)

        def next(self):
            if self.fast[-1] > self.slow[-1]:
                if not self.position:
                    self.buy(size=1)
            elif self.position:
                self.position.close()

    frame = pd.DataFrame(
        {"Open": opens, "High": highs, "Low": lows, "Close": closes},
        index=pd.to_datetime(times, unit="ms"),
    )
    result = Backtest(frame, Cross, cash=CASH, commission=FEE).run()
    return 1, int(result["# Trades"])


def backtrader_run():
    import backtrader as bt
    import pandas as pd

    class Cross(bt.Strategy):
        def __init__(self):
            self.fast = bt.ind.SMA(period=20)
            self.slow = bt.ind.SMA(period=100)
            self.count = 0

        def next(self):
            above = self.fast[0] > self.slow[0]
            if above and not self.position:
                self.buy(size=1)
                self.count += 1
            elif not above and self.position:
                self.close()

    frame = pd.DataFrame(
        {"open": opens, "high": highs, "low": lows, "close": closes, "volume": 1.0},
        index=pd.to_datetime(times, unit="ms"),
    )
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(commission=FEE)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame))
    cerebro.addstrategy(Cross)
    return 1, cerebro.run()[0].count


JOBS = {
    "numpy": (numpy_grid, 2),
    "vectorbt": (vectorbt_grid, 2),
    "backtesting.py": (backtesting_run, 1),
    "backtrader": (backtrader_run, 1),
}
job, runs = JOBS[what]
best, combinations, entries = float("inf"), 0, 0
for _ in range(runs):
    start = time.process_time()
    combinations, entries = job()
    best = min(best, time.process_time() - start)
print(json.dumps({"seconds": best, "combinations": combinations, "entriesOfFirst": entries}))
