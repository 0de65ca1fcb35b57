"""Streaming Spark-TTS on MLX: the same samples as offline synthesis, the first of them after half a second of tokens.

A language model turns text into semantic tokens, 50 per second; BiCodec turns these and 32 global tokens (the voice)
into sound, 320 samples of 16 kHz per token. Models and weights come through mlx-audio; the streaming is ours:

    mlx_library.py       is MLX here, and recent enough? `require_mlx()`; the only module that works without MLX, beside
                         scheduler.py, model_folder.py and this one
    model_folder.py      `open_model_folder(path) -> ModelFolder`: what is there, complete or not; errors for users
    streaming_layers.py  layers as `(frames, state, last) -> (frames, state)`, state immutable
    convolution.py       the two convolutions as such layers
    prenet.py            BiCodec's network up to the features of the wave generator, with a voice
    wave_generator.py    BiCodec's network from there to samples
    codec.py             `StreamingCodec`, `CodecVoice`, `CodecStream`
    scheduler.py         `ChunkScheduler`: when to decode, with how much look-ahead; pure
    calibration.py       look-ahead against signal-to-noise ratio on given weights, kept per model

How the parts meet, in one thread, as MLX wants it:

    folder = open_model_folder(path)                        # EngineMissing, with what mends it
    codec = StreamingCodec.load(folder.codec)
    voice = codec.voice(global_tokens)                      # once per voice
    options = schedule_options("balanced", load_calibration(cache, folder.fingerprint))
    stream = codec.stream(voice)                            # once per utterance
    scheduler = ChunkScheduler(options, decode_time)        # decode_time: one DecodeTime per engine, it learns
    waiting = []
    for token in tokens:                                    # the language model
        waiting.append(token)
        if (step := scheduler.token(clock())) is not None:
            samples = stream.push(waiting, step.look_ahead)  # float32 [n] at 16 kHz, n may be 0
            scheduler.decoded(len(samples) / SAMPLE_RATE_HZ, clock())
            waiting = []
            yield samples
    for step in scheduler.finish(clock): ...                # the rest, in pieces if playback could not wait for all
"""
