#!/bin/sh
# Make sure that there is a Chromium for the browser tests, and a font with Hangul for it to draw.
set -e
found=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$found" ]; then
    if ! command -v apt-get >/dev/null; then
        echo "Install Chromium or Chrome for the browser tests." >&2
        exit 1
    fi
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq --no-install-recommends chromium fonts-nanum
fi
