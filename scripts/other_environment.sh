#!/bin/sh
# Makes an environment beside .venv, for packages that cannot live in it.
#   scripts/other_environment.sh cosyvoice|torch
# PYTHON=/path/to/python chooses the interpreter. The second time it only compares a stamp.
set -eu
cd "$(dirname "$0")/.."
. scripts/find_python.sh

purpose=${1:-}
case $purpose in
    cosyvoice)
        is_apple_silicon ||
            fail "make cosyvoice installs CosyVoice for MLX, which needs a Mac with Apple Silicon." \
                "Elsewhere set up a checkout of FunAudioLLM/CosyVoice and the node's params.backend torch."
        packages="einops huggingface-hub librosa mlx mlx-lm numpy scipy soundfile torch tqdm transformers"
        # Without what it asks for: that holds mlx-audio, whose files would lie over its own.
        alone=mlx-audio-plus
        ;;
    torch)
        packages="numpy pytest pytest-timeout torch"
        alone=""
        ;;
    *) fail "usage: scripts/other_environment.sh cosyvoice|torch" ;;
esac

folder=.venv-$purpose
pins=constraints-$purpose.txt
stamp=$folder/installed.txt
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(cat "$pins" scripts/other_environment.sh | cksum)" ]; then
    exit 0
fi

base=${PYTHON:-$(find_python)}
[ -n "$base" ] || fail "$folder needs Python 3.11, 3.12 or 3.13; $(describe_python). Name one with PYTHON=..."
is_suitable "$(probe "$base")" || fail "$base does not run, or is no Python 3.11, 3.12 or 3.13."

say "Making $folder with $base"
rm -rf "$folder"
"$base" -m venv "$folder" || fail "$base could not make $folder."
install() {
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -c "$pins" "$@" ||
        fail "The packages could not be installed (see above). Is the network there? Then run it again."
}

# shellcheck disable=SC2086  # one word per package
install $packages
[ -z "$alone" ] || install --no-deps "$alone"
cat "$pins" scripts/other_environment.sh | cksum >"$stamp"
say "$folder is ready."
