#!/bin/sh
# Puts the program of this folder into your menu and under "Open with", or takes it out again with --remove.
# No kind of file is opened by it unless you choose so. Run it again after the folder was moved.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
program=$(dirname -- "$here")/desktop-rec
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/desktop-rec.desktop
kinds=$data/mime/packages/desktop-rec.xml

if [ "${1:-}" = --remove ]; then
    rm -f -- "$entry" "$kinds" "$data"/icons/hicolor/*/apps/desktop-rec.png
else
    typed=$(printf '%s' "$program" | sed 's/[\\"`$]/\\&/g; s/%/%%/g; s/\\/\\\\/g')
    plain=$(printf '%s' "$program" | sed 's/\\/\\\\/g')
    mkdir -p -- "${entry%/*}" "${kinds%/*}"
    {
        grep -v -e '^Exec=' -e '^TryExec=' "$here/desktop-rec.desktop"
        printf 'Exec="%s" %%F\nTryExec=%s\n' "$typed" "$plain"
    } >"$entry"
    cp -- "$here/desktop-rec-mime.xml" "$kinds"
    for icon in "$here"/icons/desktop-rec-*.png; do
        size=${icon##*-}
        size=${size%.png}
        mkdir -p -- "$data/icons/hicolor/${size}x$size/apps"
        cp -- "$icon" "$data/icons/hicolor/${size}x$size/apps/desktop-rec.png"
    done
fi
if command -v update-desktop-database >/dev/null; then update-desktop-database -q "${entry%/*}" || true; fi
if command -v update-mime-database >/dev/null; then update-mime-database "$data/mime" >/dev/null 2>&1 || true; fi
