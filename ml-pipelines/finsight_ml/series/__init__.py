"""Forecasts of any table with a time column, trained and measured by one file of keys (docs/forecasting-series.md)."""
