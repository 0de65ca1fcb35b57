#!/bin/sh
# Makes the environment that a make target needs: .venv in the project's folder, with pinned packages.
#   scripts/bootstrap.sh run|test|lint|bench
# PYTHON=/path/to/python chooses the interpreter, EXTRAS="whisper aec" adds engines (extras of pyproject.toml).
# The second time it only compares a stamp.
set -eu
cd "$(dirname "$0")/.."
. scripts/find_python.sh

python=.venv/bin/python
stamp=.venv/installed.txt     # line 1: what the pins were, line 2: the extras that are in
unfinished=.venv/.unfinished  # there while an installation runs: after a kill, nobody knows what is half copied

purpose=${1:-}
case $purpose in
    run) extras="" ;;
    test | lint) extras="dev" ;;
    bench) extras="bench dev" ;; # the benchmarks share helpers with the tests
    *) fail "usage: scripts/bootstrap.sh run|test|lint|bench" ;;
esac
extras="$extras ${EXTRAS:-}"
notes=""

add_note() {
    notes="$notes$*
"
}

# What the machine itself decides: which engines run on it.
choose_engines() {
    [ "$purpose" != lint ] || return 0
    if is_apple_silicon; then # what the graph voice_chat needs
        extras="$extras whisper lmstudio"
        macos=$(sw_vers -productVersion)
        if [ "${macos%%.*}" -ge 14 ]; then
            extras="$extras mlx"
        else
            add_note "macOS $macos: MLX needs macOS 14, so its engines are left out, and the system speaks."
        fi
    elif [ "$(uname -s)" = Linux ] && ! command -v flite >/dev/null 2>&1; then
        extras="$extras espeak"
        add_note "There is no Flite here, so the agent speaks with eSpeak NG. (apt install flite makes it needless.)"
    fi
}

pins() { cat pyproject.toml constraints.txt | cksum; }

is_up_to_date() {
    [ -f "$stamp" ] && [ ! -e "$unfinished" ] && [ "$(sed -n 1p "$stamp")" = "$(pins)" ] || return 1
    installed=" $(sed -n 2p "$stamp") "
    for extra in $extras; do
        case $installed in *" $extra "*) ;; *) return 1 ;; esac
    done
}

# Is the .venv that is there of use? Says why not.
keep_venv() {
    [ -d .venv ] || return 1
    if [ -e "$unfinished" ]; then
        say "The last installation did not end: starting again with an empty .venv."
        return 1
    fi
    found=$(probe "$python")
    if [ -z "$found" ]; then
        say "The Python of .venv does not run any more: making it anew."
        return 1
    fi
    if ! is_suitable "$found"; then
        say "The .venv holds Python $found, which the app does not support: making it anew."
        return 1
    fi
    if [ -n "${PYTHON:-}" ] && [ "$(probe "$PYTHON")" != "$found" ]; then
        say "The .venv holds Python $found, PYTHON asks for another: making it anew."
        return 1
    fi
}

# Sets base to a path of an interpreter, or to a version that uv shall fetch.
choose_python() {
    base=${PYTHON:-$(find_python)}
    [ -z "$base" ] || return 0
    if [ -z "$uv" ] && [ "$(uname -s)" = Darwin ] && [ -n "$(probe python3)" ]; then
        say "No Python 3.11 to 3.13 here ($(describe_python)): installing uv into .tools, which brings one."
        install_uv python3 || fail "uv could not be installed. Is the network there? Then run it again."
        uv=$PWD/.tools/bin/uv
    fi
    [ -n "$uv" ] ||
        fail "Stream-Omni needs Python 3.11, 3.12 or 3.13; $(describe_python)." \
            "Install one of them (or uv, which brings its own) and run this again, or name one: make run PYTHON=/path/to/python3.13"
    base=3.13
}

make_venv() {
    choose_python
    say "Making .venv with $base"
    case $(probe "$base") in
        3.12*) say "PocketSphinx has no package for Python 3.12, so speech recognition is left out; 3.13 or 3.11 has it." ;;
    esac
    rm -rf .venv
    mkdir .venv
    : >"$unfinished"
    if [ -n "$uv" ]; then
        "$uv" venv --quiet --allow-existing --python "$base" .venv || fail "uv could not make .venv with Python $base."
    else
        "$base" -m venv .venv ||
            fail "$base could not make .venv. On Debian and Ubuntu: apt install python$(probe "$base" | cut -d' ' -f1)-venv"
    fi
}

install_packages() {
    # What an earlier target brought stays: 'make run' after 'make test' keeps the test tools.
    [ ! -f "$stamp" ] || extras="$extras $(sed -n 2p "$stamp")"
    # shellcheck disable=SC2086  # one word per extra
    extras=$(printf '%s\n' $extras | sort -u | tr '\n' ' ')
    extras=${extras% }
    if [ -n "$uv" ]; then installer=uv; else installer=pip; fi
    say "Installing into .venv with $installer: the core${extras:+, }$(printf '%s' "$extras" | sed 's/ /, /g')"
    printf '%s' "$notes"
    case " $extras " in
        *" espeak "*) say "eSpeak NG is licensed under the GPL, version 3. It goes into your .venv, not into the app." ;;
    esac
    # shellcheck disable=SC2086  # as above
    "$python" scripts/requirements.py $extras >.venv/requirements.txt
    : >"$unfinished"
    rm -f "$stamp"
    if [ -n "$uv" ]; then
        "$uv" pip install --quiet --python "$python" -c constraints.txt -r .venv/requirements.txt && result=0 || result=$?
    else
        "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null # a .venv that uv made has no pip
        "$python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -r .venv/requirements.txt &&
            result=0 || result=$?
    fi
    rm -f "$unfinished" # the installer came to its end, well or not: nothing is half copied
    [ "$result" = 0 ] || fail "The packages could not be installed (see above). Is the network there? Then run it again."
    { pins; say "$extras"; } >"$stamp"
}

# pip ends in order at Ctrl-C, and bash would then go on as if nothing had happened.
trap 'exit 130' INT
trap 'exit 143' TERM

choose_engines
if [ -n "${PYTHON:-}" ]; then
    found=$(probe "$PYTHON")
    [ -n "$found" ] || fail "PYTHON=$PYTHON does not run."
    is_suitable "$found" || fail "PYTHON=$PYTHON is Python $found. Stream-Omni needs 3.11, 3.12 or 3.13."
fi
uv=$(find_uv)
keep_venv || make_venv
is_up_to_date || install_packages
