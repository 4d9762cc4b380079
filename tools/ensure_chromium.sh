#!/usr/bin/env bash
# Puts a Chromium on this machine for the browser tests if it can be done quietly; says so if it cannot.
set -u

found() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

if found >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing Chromium for the browser tests'
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1
fi
if ! found >/dev/null; then
    echo 'ブラウザーの試験は省きます: Chromium がありません。'
    echo 'The browser tests will be skipped: there is no Chromium on this machine.'
fi
exit 0
