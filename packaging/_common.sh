# What packaging/run and packaging/test share: Python, system libraries, the .venv beside
# pyproject.toml. Sourced, never started; kept to bash 3.2, which is what macOS ships.
# All messages go to standard error, so that the output of commands can be piped.
# shellcheck shell=bash

set -u
unset CDPATH
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$ROOT/.venv
MARK=$VENV/installing # holds the id of the installing process; left behind when it was killed
STAMP=$VENV/installed # what was installed: a key, then the extras
PYTHON=
NEEDED=() # Debian packages that are missing

# What Qt's xcb platform and OpenGL are linked to, each with the Debian package that brings it.
DISPLAY_LIBRARIES="
    libGL.so.1=libgl1 libEGL.so.1=libegl1 libfontconfig.so.1=libfontconfig1
    libdbus-1.so.3=libdbus-1-3 libglib-2.0.so.0=libglib2.0-0
    libxkbcommon.so.0=libxkbcommon0 libxkbcommon-x11.so.0=libxkbcommon-x11-0
    libX11-xcb.so.1=libx11-xcb1 libxcb-cursor.so.0=libxcb-cursor0
    libxcb-icccm.so.4=libxcb-icccm4 libxcb-image.so.0=libxcb-image0
    libxcb-keysyms.so.1=libxcb-keysyms1 libxcb-randr.so.0=libxcb-randr0
    libxcb-render-util.so.0=libxcb-render-util0 libxcb-render.so.0=libxcb-render0
    libxcb-shape.so.0=libxcb-shape0 libxcb-shm.so.0=libxcb-shm0 libxcb-sync.so.1=libxcb-sync1
    libxcb-xfixes.so.0=libxcb-xfixes0 libxcb-xkb.so.1=libxcb-xkb1
"

say() { printf '%s\n' "$@" >&2; }

stop() {
    say "$@"
    exit 1
}

is_linux() { [ "$(uname -s)" = Linux ]; }

has() { command -v "$1" >/dev/null 2>&1; }

need() { NEEDED+=("$1"); }

# Python -------------------------------------------------------------------------------------

# Sets PYTHON to the first Python >= 3.11 that can make environments; notes python3.X-venv as
# needed where the only fitting one comes from Debian without it.
find_python() {
    local name path version bare="" found=""
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        path=$(command -v "$name") || continue
        version=$("$path" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) ||
            continue
        if ! "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            found="$found $version ($path)"
        elif "$path" -c 'import ensurepip, venv' 2>/dev/null; then
            PYTHON=$path
            return
        else
            bare=${bare:-$version}
        fi
    done
    [ -n "$bare" ] || no_python "$found"
    has apt-get || stop "Python $bare is here, but without its venv and ensurepip modules." \
        "Install these, or another Python 3.11 or newer, and start again."
    need "python$bare-venv"
}

no_python() {
    local found="${1:-" none"}" how="Install one from https://www.python.org/downloads"
    has apt-get && how="$how, or: sudo apt-get install python3 python3-venv"
    stop "GAN Studio needs Python 3.11 or newer; found:$found." "$how"
}

# System packages ----------------------------------------------------------------------------

# Notes the packages of those libraries (soname=package ...) that the linker does not know.
need_libraries() {
    local known entry tab=$'\t'
    { [ $# -gt 0 ] && is_linux; } || return 0
    known=$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null) || return 0
    for entry in "$@"; do
        case $known in
        *"$tab${entry%%=*} ("*) ;;
        *) need "${entry#*=}" ;;
        esac
    done
}

# Installs what is needed where it may, and otherwise ends with one command to copy.
install_needed() {
    local log command packages
    [ ${#NEEDED[@]} -gt 0 ] || return 0
    has apt-get || stop "These system packages are missing (Debian's names):" \
        "    ${NEEDED[*]}" "Install them with this system's package manager and start again."
    if [ "$(id -u)" -ne 0 ]; then
        stop "Some system packages are missing. Install them, then start again:" "" \
            "    sudo apt-get install $(packages_here)" ""
    fi
    say "Installing system packages: ${NEEDED[*]}"
    log=$(mktemp) || exit 1
    apt_get update >"$log" 2>&1 # an unreachable extra source is no reason to stop
    packages=$(packages_here)
    command="apt-get install $packages"
    # shellcheck disable=SC2086
    if ! apt_get install -y --no-install-recommends $packages >>"$log" 2>&1; then
        tail -n 15 "$log" >&2
        stop "apt could not install them; the whole story is in $log. The command was:" "" \
            "    $command" ""
    fi
    rm -f "$log"
    NEEDED=()
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null; }

# The needed packages by the names they have here: since Ubuntu 24.04 GLib's ends in t64.
packages_here() {
    local name
    for name in "${NEEDED[@]}"; do
        if [ "$name" = libglib2.0-0 ] && apt-cache show libglib2.0-0t64 >/dev/null 2>&1; then
            name=libglib2.0-0t64
        fi
        printf '%s ' "$name"
    done | sed 's/ $//'
}

# The environment ----------------------------------------------------------------------------

# Makes .venv ready with the package and one extra ("" for none); libraries as for
# need_libraries. Nothing is asked or run when it is ready already.
prepare() {
    local extra=$1 version
    shift
    version=$(venv_version)
    need_libraries "$@"
    if [ ${#NEEDED[@]} -eq 0 ] && is_installed "$extra" "$version"; then
        return
    fi
    wait_for_nobody
    why_anew "$version" && version=
    [ -n "$version" ] || find_python
    install_needed
    [ -n "$version" ] || make_venv
    is_installed "$extra" "$(venv_version)" || install_package "$extra"
}

# The version of .venv's Python; nothing where there is none that serves.
venv_version() {
    "$VENV/bin/python" -c 'import sys
if sys.version_info < (3, 11): sys.exit(1)
print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null
}

# Changes with the dependencies, with Python, and when the folder is moved.
key() { { printf '%s\n' "$1" "$ROOT" && cat "$ROOT/pyproject.toml"; } | cksum; }

is_installed() {
    local known extras
    [ -n "$2" ] && [ ! -e "$MARK" ] && [ -e "$STAMP" ] || return 1
    { read -r known && read -r extras; } <"$STAMP"
    [ "$known" = "$(key "$2")" ] || return 1
    [ -z "$1" ] && return
    case ",$extras," in *",$1,"*) return 0 ;; *) return 1 ;; esac
}

# Two installations into one folder would ruin each other.
wait_for_nobody() {
    local id
    id=$(cat "$MARK" 2>/dev/null) || return 0
    [ -n "$id" ] && kill -0 "$id" 2>/dev/null || return 0
    if [ -r "/proc/$id/cmdline" ] && ! grep -q packaging/ "/proc/$id/cmdline"; then
        return 0
    fi
    stop "Another start is installing into $VENV right now (process $id)." \
        "Start again when it has finished."
}

# True, with a sentence, where an existing .venv cannot be built upon; true where there is none.
why_anew() {
    if [ ! -e "$VENV" ] && [ ! -L "$VENV" ]; then
        return 0
    elif [ -e "$MARK" ]; then
        say "The last installation was interrupted: making .venv anew."
    elif [ -z "$1" ]; then
        say "The environment in .venv does not work with Python 3.11 or newer: making it anew."
    elif ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        say "The environment in .venv has no pip: making it anew."
    else
        return 1
    fi
}

make_venv() {
    [ -n "$PYTHON" ] || find_python # again, now that its venv module is there
    [ -n "$PYTHON" ] || stop "No Python 3.11 or newer can make environments here."
    rm -rf "$VENV" && mkdir "$VENV" && echo $$ >"$MARK" || exit 1
    "$PYTHON" -m venv "$VENV" </dev/null >&2 || stop "$PYTHON could not make $VENV."
}

# pip, then the stamp. A kill leaves the mark, which makes the next start begin anew; an orderly
# failure (no network) does not: the next start goes on from there.
install_package() {
    local extras first=
    [ -e "$STAMP" ] || first="The first time this fetches up to 3 GB and takes some minutes."
    extras=$(sed -n 2p "$STAMP" 2>/dev/null)
    case ",$extras," in
    *",$1,"*) ;;
    *) extras=$extras${extras:+${1:+,}}$1 ;;
    esac
    rm -f "$STAMP"
    echo $$ >"$MARK"
    say "Installing GAN Studio with torch, Qt and the rest into .venv." ${first:+"$first"}
    with_progress "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input \
        -e ".${extras:+[$extras]}"
    check_pair
    printf '%s\n%s\n' "$(key "$(venv_version)")" "$extras" >"$STAMP"
    rm -f "$MARK"
    say "Installed."
}

# A torch and a torchvision that do not belong together install without a word, then fail.
check_pair() {
    local fault
    fault=$("$VENV/bin/python" -c 'import torch, torchvision.ops' 2>&1) && return
    rm -f "$MARK"
    stop "torch and torchvision in .venv cannot be loaded together:" \
        "    $(printf '%s\n' "$fault" | tail -n 1)" \
        "Install both from one place, such as PyPI, and start again:" "" \
        "    \"$VENV/bin/python\" -m pip install --force-reinstall torch torchvision" ""
}

# Runs an installation quietly: its newest line on a terminal, all of it only when it fails.
with_progress() {
    local log child started=$SECONDS line
    log=$(mktemp) || exit 1
    (cd "$ROOT" && exec "$@" </dev/null >"$log" 2>&1) &
    child=$!
    trap 'kill "$child" 2>/dev/null; say "" "Interrupted."; exit 130' INT TERM HUP
    while [ -t 2 ] && kill -0 "$child" 2>/dev/null; do
        line=$(tail -n 1 "$log" | sed 's/^ *//' | cut -c 1-60)
        printf '\r\033[K%4d s  %s' $((SECONDS - started)) "$line" >&2
        sleep 1
    done
    wait "$child"
    local status=$?
    trap - INT TERM HUP
    [ -t 2 ] && printf '\r\033[K' >&2
    if [ $status -ne 0 ]; then
        rm -f "$MARK"
        tail -n 20 "$log" >&2
        stop "The installation failed; the whole story is in $log. Start again to go on."
    fi
    rm -f "$log"
}
