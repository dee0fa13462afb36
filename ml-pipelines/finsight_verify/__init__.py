"""Backtest engines of others as checks of ours: bars and a rule in, trades out. Each runs in a process of its own."""
