#!/usr/bin/env bash
# A private virtual sound card for tests: one speaker, one microphone, and an
# optional echo path from the speaker to the microphone.
# Needs no sound hardware, no systemd, no D-Bus session and no kernel module.
#
#   eval "$(virtual_sound.sh start)"        start it, export the variables
#   virtual_sound.sh echo on [ms] [dB]      speaker -> microphone, delayed, attenuated
#   virtual_sound.sh echo off
#   virtual_sound.sh say FILE [percent]     play FILE "in the room" (microphone hears it)
#   virtual_sound.sh tap FILE.wav SECONDS   record what the application plays
#   virtual_sound.sh mic FILE.wav SECONDS   record what the microphone hears
#   virtual_sound.sh recording              wait until a program records the speaker
#   virtual_sound.sh env | status | reset | stop
#   virtual_sound.sh kill                   the server is gone, as if a device were unplugged; start it again
#
# Debian packages: pulseaudio pulseaudio-utils libasound2-plugins libportaudio2
# VSOUND_DIR chooses where it lives (one directory = one independent card).
set -euo pipefail

DIR=${VSOUND_DIR:-${TMPDIR:-/tmp}/vsound.$(id -u)}
RATE=${VSOUND_RATE:-48000}
export PULSE_RUNTIME_PATH="$DIR/run" PULSE_STATE_PATH="$DIR/state"
export PULSE_CONFIG_PATH="$DIR/conf" PULSE_COOKIE="$DIR/cookie"
export PULSE_SERVER="unix:$DIR/native" ALSA_CONFIG_PATH="$DIR/asound.conf"
# adjust_time=0: else it bends its rate by 125 ppm and now and then by 1000, in pursuit of a latency that the one clock
# of both sinks never changes. No room does that, and a canceller loses 20 dB by it.
ECHO="module-loopback source=speaker.monitor sink=room source_dont_move=true sink_dont_move=true adjust_time=0"
unset DBUS_SESSION_BUS_ADDRESS DISPLAY || true

die() { echo "virtual_sound: $*" >&2; exit 1; }
up() { [ -S "$DIR/native" ] && timeout 5 pactl info >/dev/null 2>&1; }

wipe() { # only ever remove a directory that this script made
  [ -e "$DIR" ] || return 0
  [ -f "$DIR/.vsound" ] || [ -z "$(ls -A "$DIR")" ] || die "$DIR is not mine, not removing it"
  rm -rf "$DIR"
}

print_env() {
  printf 'export PULSE_SERVER=%q ALSA_CONFIG_PATH=%q PULSE_COOKIE=%q VSOUND_DIR=%q\n' \
    "$PULSE_SERVER" "$ALSA_CONFIG_PATH" "$PULSE_COOKIE" "$DIR"
}

module_of() { # index of the loaded module whose arguments contain $2
  pactl list short modules | awk -F'\t' -v n="$1" -v a="$2" '$2==n && index($3,a){print $1; exit}'
}

start() {
  if up; then print_env; return; fi
  command -v pulseaudio >/dev/null || die "pulseaudio is not installed"
  # Programs that use the card live on while the server is gone: their configuration must stay where it is.
  [ -f "$DIR/asound.conf" ] || wipe
  mkdir -p "$DIR"/{run,state,conf}; touch "$DIR/.vsound"; chmod 700 "$DIR" "$DIR/run"
  # ALSA sees only these names, so that PortAudio lists just these and prints no errors.
  cat >"$ALSA_CONFIG_PATH" <<ALSA
pcm.default { type pulse server "$PULSE_SERVER" hint { show on description "virtual default" } }
ctl.default { type pulse server "$PULSE_SERVER" }
pcm.vspeaker { type pulse server "$PULSE_SERVER" device "speaker" hint { show on description "virtual speaker" } }
pcm.vroom { type pulse server "$PULSE_SERVER" device "room" hint { show on description "into the room: the microphone hears it" } }
pcm.vmic { type pulse server "$PULSE_SERVER" device "mic" hint { show on description "virtual microphone" } }
ALSA
  # The echo path is there from the beginning, and always (muted if there shall be none): it keeps both sinks running
  # with a short, steady latency. Programs get in last, when all is ready for them.
  # -n: no system start script; realtime and dbus left out on purpose. Sound goes first where the user may ask for it.
  nice -n -11 pulseaudio -n --daemonize=yes --use-pid-file=yes --exit-idle-time=-1 \
    --disable-shm=yes --realtime=no --high-priority=no --log-level=notice \
    --log-target="newfile:$DIR/log" --resample-method=soxr-mq \
    --load="module-null-sink sink_name=speaker rate=$RATE channels=1 channel_map=mono norewinds=1" \
    --load="module-null-sink sink_name=room rate=$RATE channels=1 channel_map=mono norewinds=1" \
    --load="module-remap-source master=room.monitor source_name=mic channels=1 channel_map=mono remix=no" \
    --load="$ECHO latency_msec=60" \
    --load="module-native-protocol-unix socket=$DIR/native auth-anonymous=1 auth-cookie-enabled=0" \
    >"$DIR/start.log" 2>&1 || { cat "$DIR/start.log" >&2; die "pulseaudio did not start"; }
  for _ in $(seq 50); do up && break; sleep 0.1; done
  up || { cat "$DIR/log" >&2; die "pulseaudio does not answer"; }
  pactl set-default-sink speaker
  pactl set-default-source mic
  pactl set-sink-input-mute "$(echo_input)" 1
  print_env
}

load_echo() { # (re)load the speaker -> room path with a delay of $1 ms, muted
  local m in
  while m=$(module_of module-loopback "source=speaker.monitor sink=room"); [ -n "$m" ]; do
    pactl unload-module "$m"
  done
  # shellcheck disable=SC2086 # the module and its arguments
  pactl load-module $ECHO latency_msec="$1" >/dev/null
  in=$(echo_input); pactl set-sink-input-mute "$in" 1
}

echo_input() { # index of the sink input that belongs to the echo path
  local m; m=$(module_of module-loopback "source=speaker.monitor sink=room")
  pactl list sink-inputs | awk -v m="$m" \
    '/^Sink Input #/{n=substr($3,2)} /Owner Module:/{if($3==m){print n; exit}}'
}

is_tapped() { # whether a program records the speaker
  local monitor; monitor=$(pactl list short sources | awk '$2=="speaker.monitor"{print $1}')
  pactl list short source-outputs |
    awk -v m="$monitor" '$2==m && $4=="protocol-native.c"{found=1} END{exit !found}'
}

echo_path() {
  if [ "${1:-on}" = off ]; then pactl set-sink-input-mute "$(echo_input)" 1; return; fi
  load_echo "${2:-60}"
  pactl set-sink-input-volume "$(echo_input)" "${3:--12}dB"
  pactl set-sink-input-mute "$(echo_input)" 0
}

case "${1:-}" in
  start) start ;;
  env) print_env ;;
  echo) shift; up || die "not running"; echo_path "$@" ;;
  say) up || die "not running"
       paplay --device=room --volume=$(( 65536 * ${3:-100} / 100 )) "$2" ;;
  tap|mic) up || die "not running"
       src=speaker.monitor; [ "$1" = mic ] && src=mic
       timeout --signal=INT "$3" parecord --device="$src" --file-format=wav --rate=16000 \
         --channels=1 --latency-msec=20 "$2" || [ $? = 124 ] ;;
  recording) up || die "not running"
       for _ in $(seq 50); do is_tapped && exit; sleep 0.1; done
       die "nobody records the speaker" ;;
  status) up || die "not running"; pactl info; pactl list short; ;;
  reset) up || die "not running"; echo_path off ;;
  kill) up || die "not running"
        pulseaudio -k
        for _ in $(seq 30); do [ -S "$DIR/native" ] || break; sleep 0.1; done ;;
  stop) if [ -d "$DIR" ]; then pulseaudio -k >/dev/null 2>&1 || true; fi
        for _ in $(seq 30); do [ -S "$DIR/native" ] || break; sleep 0.1; done
        wipe ;;
  *) sed -n '2,17p' "$0"; exit 2 ;;
esac
