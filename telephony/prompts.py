"""Prompts as sound: each text is given to the synthesiser once, and the samples are kept.

A prompt is a text of the knowledge base or of the line's content, never a caller's: it may be kept on the disk.
"""

import asyncio
import hashlib
import logging
import os
import shlex
import tempfile
from pathlib import Path

from telephony.sound import RATE, SoundError, telephone_samples

log = logging.getLogger("telephony.prompts")

WORDS_A_MINUTE = {"normal": 150, "slow": 110}
_PATIENCE = 20.0  # seconds for one prompt
_AT_ONCE = 2
_IN_MEMORY = 400
# Raised when a change of `sound.py` makes other samples of the same WAV.
_FORM = 1


class PromptError(RuntimeError):
    """A prompt cannot be spoken; the message says why and what to do."""


class Prompts:
    """The prompts spoken by `command`, kept under `folder`.

    In the command, `{wpm}` stands for words a minute and `{rate}` for normal or slow; the text comes on its standard
    input in UTF-8, and a WAV file is expected on its standard output.
    """

    def __init__(self, command: str, folder: Path) -> None:
        self._command = command
        self._folder = folder
        self._ready: dict[str, bytes] = {}
        self._being_made: dict[str, asyncio.Task[bytes]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        # How often the synthesiser ran.
        self.rendered = 0

    def prepare(self, text: str, rate: str) -> "asyncio.Task[bytes]":
        """Begin to make a prompt, or join whoever makes it; its task gives what `samples` gives."""
        name = self.name(text, rate)
        task = self._being_made.get(name)
        if task is None:
            task = asyncio.create_task(self._make(name, text, rate))
            self._being_made[name] = task
            task.add_done_callback(
                lambda done: (self._being_made.pop(name, None), done.cancelled() or done.exception())
            )
        return task

    async def samples(self, text: str, rate: str = "normal") -> bytes:
        """The prompt as 16-bit samples at 8 kHz. Raises PromptError."""
        # Others may wait for the same prompt: a caller who hangs up does not end its making.
        return await asyncio.shield(self.prepare(text, rate))

    def name(self, text: str, rate: str) -> str:
        """What a prompt is called in the cache: a digest of text, rate and command."""
        identity = "\0".join((str(_FORM), self._command, rate, text))
        return hashlib.sha256(identity.encode("utf-8")).hexdigest()[:32]

    def path(self, text: str, rate: str = "normal") -> Path:
        """Where a prompt is kept: raw 16-bit little-endian samples, 8 kHz."""
        return self._folder / f"{self.name(text, rate)}.s16"

    async def _make(self, name: str, text: str, rate: str) -> bytes:
        if name in self._ready:
            return self._ready[name]
        path = self._folder / f"{name}.s16"
        try:
            samples = await asyncio.to_thread(path.read_bytes)
        except OSError:
            async with self._slots:
                wav = await self._speak(text, rate)
                try:
                    samples = await asyncio.to_thread(telephone_samples, wav)
                except SoundError as error:
                    raise PromptError(f"TTS_COMMAND ({self._command}): {error}") from error
            self.rendered += 1
            await asyncio.to_thread(_keep, path, samples)
            log.debug("made a prompt of %.1f s", len(samples) / 2 / RATE)
        if len(self._ready) >= _IN_MEMORY:
            self._ready.pop(next(iter(self._ready)))
        self._ready[name] = samples
        return samples

    async def _speak(self, text: str, rate: str) -> bytes:
        words = WORDS_A_MINUTE.get(rate, WORDS_A_MINUTE["normal"])
        try:
            command = [word.replace("{wpm}", str(words)).replace("{rate}", rate) for word in shlex.split(self._command)]
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except (OSError, ValueError, IndexError) as error:
            raise PromptError(f"TTS_COMMAND ({self._command}) cannot be run: {error}") from error
        try:
            wav, _ = await asyncio.wait_for(process.communicate(text.encode("utf-8")), _PATIENCE)
        except asyncio.TimeoutError as error:
            raise PromptError(f"TTS_COMMAND ({self._command}) took more than {_PATIENCE:.0f} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise PromptError(f"TTS_COMMAND ({self._command}) ended with status {process.returncode}")
        return wav


def _keep(path: Path, samples: bytes) -> None:
    """Write `samples` whole or not at all; a cache that cannot be written is no reason to be silent."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(samples)
        os.replace(temporary, path)
    except OSError as error:
        log.warning("a prompt could not be kept: %s", error.strerror)
