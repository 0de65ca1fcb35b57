"""Language models in this process, with mlx-lm, on the thread that all engines on MLX share.

    model_folder.py   finds, downloads and checks a model
    prompts.py        a request as the template of the model wants it
    context.py        what the model has read, kept from one answer to the next
    sampling.py       how tokens are drawn
    answer_reader.py  text, thoughts and tool calls in what the model writes
    chat_model.py     all of this as generators of short steps
    engine.py         as a `ChatEngine`

model_folder and engine can be imported without MLX.
"""

from wrappers.llm.mlx.engine import MlxChatEngine, MlxChatOptions, check_chat_model
from wrappers.llm.mlx.model_folder import DEFAULT_MODEL, MODELS

__all__ = ["DEFAULT_MODEL", "MODELS", "MlxChatEngine", "MlxChatOptions", "check_chat_model"]
