#!/usr/bin/env bash
# Builds influxd from the Go module proxy: build.sh <target file>
set -euo pipefail
version=2.7.12
flux=0.196.1
pkgconfig=0.2.14
target="$1"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fetch() { go mod download -json "$1" | sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p'; }
cp -r "$(fetch github.com/influxdata/influxdb/v2@v$version)" "$work/influxdb"
cp -r "$(fetch github.com/influxdata/flux@v$flux)" "$work/flux"
cp -r "$(fetch github.com/influxdata/pkg-config@v$pkgconfig)" "$work/pkg-config"
chmod -R u+w "$work"
sed -i 's/^default = \["strict"\]/default = []/' "$work/flux/libflux/flux-core/Cargo.toml"
sed -i 's/^default = \["strict", "cffi"\]/default = ["cffi"]/' "$work/flux/libflux/flux/Cargo.toml"
export RUSTUP_TOOLCHAIN="${RUSTUP_TOOLCHAIN:-stable}"
(cd "$work/pkg-config" && go build -o "$work/pkg-config-flux" .)
cd "$work/influxdb"
go mod edit -replace "github.com/influxdata/flux=$work/flux"
export PKG_CONFIG="$work/pkg-config-flux"
go build -mod=mod -tags sqlite_foreign_keys,sqlite_json,noassets -o "$work/influxd" ./cmd/influxd
mkdir -p "$(dirname "$target")"
mv "$work/influxd" "$target"
