"""Streaming Spark-TTS on MLX: the same samples as offline synthesis, the first of them after half a second of tokens.

A language model turns text into semantic tokens, 50 per second; BiCodec turns these and 32 global tokens (the voice)
into sound, 320 samples of 16 kHz per token. Models and weights come through mlx-audio; the streaming is ours:

    model_folder.py      `open_model_folder(path) -> ModelFolder`: what is there, complete or not; errors for users
    streaming_layers.py  layers as `(frames, state, last) -> (frames, state)`, state immutable
    convolution.py       the two convolutions as such layers
    prenet.py            BiCodec's network up to the features of the wave generator, with a voice
    wave_generator.py    BiCodec's network from there to samples
    codec.py             `StreamingCodec`, `CodecVoice`, `CodecStream`
    scheduler.py         `ChunkScheduler`: when to decode, with how much look-ahead; speed.py is what it learns
    calibration.py       look-ahead against signal-to-noise ratio on given weights, kept per model

model_folder, scheduler, speed and rates can be imported without MLX.

How the parts meet, in one thread, as MLX wants it:

    require_mlx()                                            # EngineMissing, with what mends it
    folder = open_model_folder(path)                         # the same
    codec = StreamingCodec.load(folder.codec)                # the same
    decode_time = DecodeTime()                               # one per codec: it learns
    kept = load_calibration(cache_dir, folder.codec_fingerprint())
    options = schedule_options("balanced", kept.look_ahead if kept else GOOD_LOOK_AHEAD)
    voice = codec.voice(global_tokens)                       # once per voice

    stream = codec.stream(voice)                             # these two once per utterance
    scheduler = ChunkScheduler(options, decode_time)
    waiting = []
    for token in tokens:                                     # the language model
        waiting.append(token)
        if step := scheduler.token(clock()):
            samples = stream.push(waiting, step.look_ahead)  # float32 [n] at 16 kHz, n may be 0
            scheduler.decoded(len(samples) / SAMPLE_RATE_HZ, clock())
            waiting = []
            yield samples
    while True:                                              # the rest, in pieces if playback could not wait for all
        step = scheduler.finish(clock())
        samples = stream.flush(waiting) if step.last else stream.push(waiting, step.look_ahead)
        scheduler.decoded(len(samples) / SAMPLE_RATE_HZ, clock())
        waiting = []
        yield samples
        if step.last:
            break
"""
