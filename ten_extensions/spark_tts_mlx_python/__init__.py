"""The addon spark_tts_mlx_python: streaming Spark-TTS."""

from ten_extensions.common.addon import register

from .extension import SparkTtsExtension

register("spark_tts_mlx_python", __file__, SparkTtsExtension)
