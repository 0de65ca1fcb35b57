#!/bin/sh
# Writes constraints.txt anew: the newest versions that go together for the core and every extra, on all supported
# Pythons, on Apple Silicon and Linux.
#   scripts/update_constraints.sh
set -eu
cd "$(dirname "$0")/.."
. scripts/find_python.sh

uv=$(find_uv)
if [ -z "$uv" ]; then
    install_uv "$(find_python)"
    uv=.tools/bin/uv
fi
resolved=$(mktemp)
trap 'rm -f "$resolved"' EXIT

# MLX has wheels for macOS 14 and later; uv assumes an older one unless told.
MACOSX_DEPLOYMENT_TARGET=14.0 "$uv" pip compile --quiet --upgrade pyproject.toml --all-extras --universal \
    --python-version 3.11 --fork-strategy fewest --strip-extras --no-header --no-annotate --output-file "$resolved"

{
    echo "# Pins for pip and uv (-c). Written by scripts/update_constraints.sh."
    # Packages with one version everywhere need no marker; only where versions differ does the marker choose.
    awk -F' *; *' '
        { split($1, pin, "=="); lines[NR] = $0; names[NR] = pin[1]; pins[NR] = $1; count[pin[1]]++ }
        END { for (i = 1; i <= NR; i++) print (count[names[i]] > 1 ? lines[i] : pins[i]) }
    ' "$resolved"
} >constraints.txt
echo "constraints.txt: $(grep -c == constraints.txt) pins"
