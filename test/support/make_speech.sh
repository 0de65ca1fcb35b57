#!/usr/bin/env bash
# Makes repeatable speech for tests: English and Mandarin utterances, clean and degraded, as 16 kHz mono s16 WAV,
# and speech.tsv, which says what is in each file and when the speech begins and ends.
#   make_speech.sh OUTDIR
# English is Flite (voices built from recorded people), Mandarin is eSpeak NG. Debian packages: flite espeak-ng sox
set -euo pipefail
out=${1:?usage: make_speech.sh OUTDIR}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
table="$out/speech.tsv"
printf 'file\tlang\tstart_ms\tend_ms\ttext\n' >"$table"
LEAD_MS=1000
TAIL_MS=1500

audio() { sox -R -D "$@"; } # -R: the same noise each time, -D: no dither
seconds() { awk -v ms="$1" 'BEGIN { printf "%.3f", ms / 1000 }'; }
length_ms() { soxi -s "$1" | awk '{ printf "%d", $1 / 16 }'; }
row() { printf '%s.wav\t%s\t%s\t%s\t%s\n' "$@" >>"$table"; } # name lang start_ms end_ms text

place() { # name lang text: $work/raw.wav becomes a labelled file
  # Cut the silence at both ends, bring the peak to -6 dB, then pad: the label is then exact to about 10 ms.
  audio "$work/raw.wav" -r 16000 -c 1 -b 16 "$work/cut.wav" gain -n -6 rate 16000 \
    silence 1 0.005 0.3% reverse silence 1 0.005 0.3% reverse
  audio "$work/cut.wav" "$out/$1.wav" pad "$(seconds $LEAD_MS)" "$(seconds $TAIL_MS)"
  row "$1" "$2" $LEAD_MS $((LEAD_MS + $(length_ms "$work/cut.wav"))) "$3"
}
english() { # name voice text
  flite -voice "$2" -t "$3" -o "$work/raw.wav"
  place "$1" en "$3"
}
mandarin() { # name text
  espeak-ng -v cmn -s 160 -w "$work/raw.wav" -- "$2"
  place "$1" zh "$2"
}
labels() { # from to: the labels of one file hold for another
  awk -F'\t' -v OFS='\t' -v from="$1.wav" -v to="$2.wav" '$1 == from { $1 = to; print; exit }' "$table" >"$work/row"
  cat "$work/row" >>"$table"
}
level() { # file [trim]: RMS amplitude
  audio "$1" -n ${2:+trim $2 $3} stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }'
}
noisy() { # from to snr_db: pink noise so many dB below the speech
  local start length speech noise gain
  read -r start length < <(awk -F'\t' -v from="$1.wav" '$1 == from { print $3 / 1000, ($4 - $3) / 1000; exit }' "$table")
  speech=$(level "$out/$1.wav" "$start" "$length")
  audio -n -r 16000 -c 1 -b 16 "$work/noise.wav" synth "$(soxi -D "$out/$1.wav")" pinknoise gain -12
  noise=$(level "$work/noise.wav")
  gain=$(awk -v s="$speech" -v n="$noise" -v db="$3" 'BEGIN { print s / n / 10 ^ (db / 20) }')
  audio -m -v 1 "$out/$1.wav" -v "$gain" "$work/noise.wav" "$out/$2.wav"
  labels "$1" "$2"
}
room() { # from to: with the reverberation of a room
  audio "$out/$1.wav" "$out/$2.wav" gain -6 reverb 50 50 60 gain -n -6
  labels "$1" "$2"
}
not_speech() { # name, then sox's synth effects
  local name=$1
  shift
  audio -n -r 16000 -c 1 -b 16 "$out/$name.wav" "$@"
  row "$name" "" 0 0 ""
}

english en_hello slt "Hello how are you today"
english en_weather rms "What is the weather in Paris"
english en_time awb "What time is it now"
english en_yes slt "Yes."
english en_stop rms "Stop."
english en_cut slt "I would like to book a table for"
english en_long awb "Please tell me about the history of the steam engine, and why it mattered so much to the towns in the north."
english en_agent rms "Certainly. I have found three trains that leave this afternoon. The first one leaves at half past two and arrives at four."
mandarin zh_hello "你好,你能听到我说话吗?"
mandarin zh_weather "今天北京的天气怎么样?"
mandarin zh_light "请帮我打开客厅的灯。"
mandarin zh_stop "停一下。"
for name in en_weather zh_weather; do
  noisy $name ${name}_pink10 10
  noisy $name ${name}_pink0 0
  room $name ${name}_room
done

# Two utterances in one file, 0.6 s apart: a pause inside a turn or a new turn, as the test decides.
end_ms=$(awk -F'\t' '$1 == "en_cut.wav" { print $4 }' "$table")
audio "$out/en_cut.wav" "$work/first.wav" trim 0 "$(seconds "$end_ms")" pad 0 0.6
audio "$out/en_yes.wav" "$work/second.wav" trim "$(seconds $LEAD_MS)"
audio "$work/first.wav" "$work/second.wav" "$out/en_pause.wav"
row en_pause en $LEAD_MS $(($(length_ms "$out/en_pause.wav") - TAIL_MS)) "I would like to book a table for Yes."

# Must not open a turn.
not_speech noise_pink synth 5 pinknoise gain -20
not_speech noise_tone synth 5 sine 440 gain -20
not_speech noise_click synth 0.02 whitenoise gain -6 pad 0 0.48 repeat 9
not_speech silence trim 0 5

echo "$(($(wc -l <"$table") - 1)) files in $out"
