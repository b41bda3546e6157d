"""LM Studio: https://lmstudio.ai/docs/developer/openai-compat/chat-completions."""

from __future__ import annotations

from debate.speakers.chat import ChatSpeaker


class LMStudioSpeaker(ChatSpeaker):
    """LM Studio. Whether a model thinks is set where it is loaded, not in a request."""

    sends_seed = True
    start = "start its server: `lms server start`, or under Developer in LM Studio"
    caches = True
