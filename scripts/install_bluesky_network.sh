#!/usr/bin/env bash
# A real Bluesky network for tests/tools/test_bluesky_network.py: the packages of its makers (npm) in .tools/bluesky, and
# PostgreSQL, of which the test starts a cluster of its own. One package has to be compiled where its makers' binary
# cannot be had; that is done once: a second run sees that everything is there.
# Says why where it installs nothing; the test then skips. In CI (CI=true) it must be there.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=tests/tools/bluesky
there=.tools/bluesky

left_out() {
  echo "Bluesky network not installed: $1; the test against a real one will skip and say so" >&2
  [ "${CI:-}" != true ] || exit 1
  exit 0
}

have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() { have initdb || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null; }

packages=()
have_postgres || packages+=(postgresql)
have npm || packages+=(nodejs npm)
{ have make && have c++ && have python3; } || packages+=(build-essential python3)
if [ "${#packages[@]}" -gt 0 ]; then
  { [ "$(id -u)" = 0 ] && have apt-get; } || left_out "${packages[*]} need root on Debian"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update || true
  apt-get -qq install -y --no-install-recommends "${packages[@]}" >/dev/null || left_out "no ${packages[*]}"
fi

# What was installed, and for which node: a compiled package fits no other.
state=$(node --version && cat "$wanted/package-lock.json")
if [ -f "$there/.ready" ] && [ "$state" = "$(cat "$there/.ready")" ]; then exit 0; fi

mkdir -p "$there"
rm -f "$there/.ready"
cp "$wanted/package.json" "$wanted/package-lock.json" "$there/"
headers=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
if [ -f "$headers/include/node/node.h" ]; then export npm_config_nodedir="$headers"; fi # nothing to download then
export CFLAGS=-O0 CXXFLAGS=-O0 JOBS=2 # compiled in a third of the time; it holds a dozen posts
(
  cd "$there"
  npm ci --silent --no-audit --no-fund --ignore-scripts && npm rebuild --silent better-sqlite3 >/dev/null
) || left_out "npm failed"
printf '%s' "$state" >"$there/.ready"
