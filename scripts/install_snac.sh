#!/usr/bin/env bash
# snac: a small real fediverse server that speaks Mastodon's API, for tests/tools/test_snac.py.
# Debian has it from trixie on; bookworm in its backports. Where the machine's own suites do not offer it, the backports
# suite is read into an apt root of its own, with the mirror and key that the machine already uses: nothing in /etc/apt
# changes. Says why where it installs nothing; the test then skips. In CI (CI=true) on Debian as root it must be there.
set -euo pipefail
cd "$(dirname "$0")/.."

must=${CI:-false}
left_out() {
  echo "snac not installed: $1; the test against a real fediverse server will skip and say so" >&2
  [ "$must" != true ] || exit 1
  exit 0
}

if command -v snac >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" != 0 ] || [ ! -f /etc/debian_version ] || ! grep -q '^ID=debian$' /etc/os-release; then
  must=false
  left_out "this needs root on Debian"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update || true
if apt-get -qq install -y --no-install-recommends snac2 >/dev/null 2>&1; then exit 0; fi

codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
# URI and Signed-By of the suite named like the release: deb822 first, then the old one-line form.
mirror="" signed_by=""
for file in /etc/apt/sources.list.d/*.sources; do
  [ -f "$file" ] || continue
  read -r mirror signed_by < <(awk -v suite="$codename" -v RS= '
    { uri = ""; key = ""; found = 0
      n = split($0, lines, "\n")
      for (i = 1; i <= n; i++) {
        m = split(lines[i], word, /[ \t]+/)
        if (word[1] == "URIs:") uri = word[2]
        if (word[1] == "Signed-By:") key = word[2]
        if (word[1] == "Suites:") for (j = 2; j <= m; j++) if (word[j] == suite) found = 1
      }
      if (found && uri) { print uri, key; exit }
    }' "$file") || true
  [ -z "$mirror" ] || break
done
if [ -z "$mirror" ]; then
  line=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    sed -E 's/\[[^]]*\] *//' | awk -v suite="$codename" '$1 == "deb" && $3 == suite { print $2; exit }') || true
  mirror=${line:-}
fi
[ -n "$codename" ] && [ -n "$mirror" ] || left_out "no Debian release among the sources of apt"
[ -n "$signed_by" ] || signed_by=/usr/share/keyrings/debian-archive-keyring.gpg

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
mkdir -p "$root/lists/partial" "$root/archives/partial"
echo "deb [signed-by=$signed_by] $mirror $codename-backports main" >"$root/sources.list"
own_root=(
  -o "Dir::Etc::SourceList=$root/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$root/lists" -o "Dir::Cache::Archives=$root/archives" -o "Dir::Cache::pkgcache="
  -o "Dir::Cache::srcpkgcache=" -o APT::Sandbox::User=root
)
apt-get -qq "${own_root[@]}" update || left_out "the backports of $codename cannot be read"
(cd "$root" && apt-get -qq "${own_root[@]}" download snac2 >/dev/null) || left_out "$codename-backports has no snac2"
apt-get -qq install -y --no-install-recommends "$root"/snac2*.deb >/dev/null || left_out "its dependencies cannot be met"
