# shellcheck shell=sh
# Finds a Python (and uv) for the project. POSIX sh, sourced by the other scripts.

# In this order. 3.12 is last because pocketsphinx has no wheel for it, so one engine is missing there.
suitable_versions="3.13 3.11 3.12"

say() { printf '%s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

is_apple_silicon() {
    # uname says x86_64 in a terminal that runs under Rosetta; the processor's own flag does not.
    [ "$(uname -s)" = Darwin ] && { [ "$(uname -m)" = arm64 ] || [ "$(sysctl -n hw.optional.arm64 2>/dev/null)" = 1 ]; }
}

# probe PYTHON: prints "<major>.<minor> <machine>", or nothing where it does not run.
# It must be run, not only found: a pyenv shim exists for versions that do not start.
probe() {
    "$1" -c 'import platform, sys; print("%d.%d %s" % (sys.version_info[0], sys.version_info[1], platform.machine()))' \
        2>/dev/null </dev/null || true
}

# is_suitable "<major>.<minor> <machine>": a supported version, and on Apple Silicon one that is not under Rosetta.
is_suitable() {
    case " $suitable_versions " in *" ${1%% *} "*) ;; *) return 1 ;; esac
    ! is_apple_silicon || [ "${1#* }" = arm64 ]
}

# Prints the path of the best interpreter on PATH, or nothing.
find_python() {
    for version in $suitable_versions; do
        old_ifs=$IFS
        IFS=:
        for directory in $PATH; do
            IFS=$old_ifs
            for name in "python$version" python3 python; do
                candidate=$directory/$name
                [ -x "$candidate" ] || continue
                found=$(probe "$candidate")
                if [ "${found%% *}" = "$version" ] && is_suitable "$found"; then
                    say "$candidate"
                    return
                fi
            done
        done
        IFS=$old_ifs
    done
}

# Prints what is there though it does not suit, for the error message: "python3 is 3.9".
describe_python() {
    for name in python3 python; do
        found=$(probe "$name")
        if [ -n "$found" ]; then
            say "$name is ${found%% *} ($(command -v "$name"), ${found#* })"
            return
        fi
    done
    say "there is no python3 that runs"
}

# Prints the path of uv, or nothing.
find_uv() {
    if uv --version >/dev/null 2>&1 </dev/null; then
        command -v uv
    elif .tools/bin/uv --version >/dev/null 2>&1 </dev/null; then
        say "$PWD/.tools/bin/uv"
    fi
}

# install_uv PYTHON: puts uv into .tools, for a machine whose own Python is too old (or too new) for the app.
install_uv() {
    rm -rf .tools
    "$1" -m venv .tools || return 1
    .tools/bin/python -m pip install --quiet --disable-pip-version-check uv || return 1
}
