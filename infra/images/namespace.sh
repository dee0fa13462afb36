#!/bin/sh
# Creates the namespace `finsight` and its search attributes; both are left alone where they exist.
set -eu
temporal operator namespace describe -n finsight >/dev/null 2>&1 ||
  temporal operator namespace create -n finsight --retention 720h
for name in Symbol Timeframe JobKind Stage ModelName ModelVersion Source; do
  temporal operator search-attribute list -n finsight | grep -qw "$name" ||
    temporal operator search-attribute create -n finsight --name "$name" --type Keyword
done
