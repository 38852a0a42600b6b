#!/usr/bin/env bash
# What the tests need beyond pip: Chromium and fonts, feed readers, the Nu HTML checker (Java), axe-core, nginx, a parser
# of BibTeX.
# Installs where it can (root on Debian, npm present) and says what it left out; tests then skip with a reason.
# In CI (CI=true) nothing may be left out.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=.tools
packages=(chromium fonts-stix fonts-noto-core newsboat rss2email liferea xvfb xauth dbus jing default-jre-headless nginx-light nodejs npm libtext-bibtex-perl)
missing=()

have() { command -v "$1" >/dev/null 2>&1; }

wanted=()
have chromium || wanted+=(chromium fonts-stix fonts-noto-core)
have newsboat || wanted+=(newsboat)
have r2e || wanted+=(rss2email)
have liferea && have xvfb-run || wanted+=(liferea xvfb xauth dbus)
have jing || wanted+=(jing)
[ -x /usr/sbin/nginx ] || wanted+=(nginx-light)
have java || wanted+=(default-jre-headless)
have npm || wanted+=(nodejs npm)
perl -MText::BibTeX -e 1 2>/dev/null || wanted+=(libtext-bibtex-perl)

if [ "${#wanted[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && have apt-get; then
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 # nothing that is installed is started
    apt-get -qq update || true
    apt-get -qq install -y --no-install-recommends "${wanted[@]}" >/dev/null || missing+=("${wanted[@]}")
  else
    missing+=("${wanted[@]}")
  fi
fi

if have npm; then
  mkdir -p "$tools"
  if ! cmp -s tests/browser/package.json "$tools/package.json"; then
    cp tests/browser/package.json tests/browser/package-lock.json "$tools/"
    if ! (cd "$tools" && npm ci --silent --no-audit --no-fund --ignore-scripts); then
      rm -f "$tools/package.json"
      missing+=("npm packages of tests/browser")
    fi
  fi
fi

if ! cmp -s tests/browser/reader.lock "$tools/reader/reader.lock"; then
  rm -rf "$tools/reader"
  python=.venv/bin/python
  [ -x "$python" ] || python=python3
  if "$python" -m venv "$tools/reader" &&
    "$tools/reader/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
      -r tests/browser/reader.lock; then
    cp tests/browser/reader.lock "$tools/reader/"
  else
    rm -rf "$tools/reader"
    missing+=("reader (pip) of tests/browser")
  fi
fi

scripts/install_snac.sh
scripts/install_bluesky_network.sh

if [ "${#missing[@]}" -gt 0 ]; then
  echo "not installed: ${missing[*]} (of: ${packages[*]}); the tests that need them will skip and say so" >&2
  [ "${CI:-}" != true ] || exit 1
fi
