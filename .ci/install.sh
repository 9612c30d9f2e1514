#!/bin/sh
# Installs what is missing of Debian's packages: "run" for the program and its demonstration, "test" for the tests as well, "bench" for rivals.
# With apt where it may (root, or sudo without a password); else it says what to install and stops.
set -eu

want_run="ffmpeg espeak-ng fonts-dejavu-core fonts-noto-core ca-certificates"
want_test="$want_run chromium firefox-esr strace attr pulseaudio python3 r-base-core r-cran-jsonlite"
want_bench="$want_test nginx-light wrk postgresql python3"

case "${1:-run}" in
run) want=$want_run ;;
test) want=$want_test ;;
bench) want=$want_bench ;;
*)
	echo "usage: .ci/install.sh run|test|bench" >&2
	exit 2
	;;
esac

missing=""
for p in $want; do
	dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null | grep -q '^installed$' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
	echo "Missing:$missing. This is not a Debian machine: install what corresponds to them, then try again." >&2
	exit 1
fi
if [ "$(id -u)" = 0 ]; then
	sudo=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	sudo="sudo"
else
	echo "Missing:$missing. As root: apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q >/dev/null
$sudo apt-get install -q -y --no-install-recommends $missing >/dev/null
