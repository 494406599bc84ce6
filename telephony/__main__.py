"""`python -m telephony`: answer the 7400 line over SIP until Ctrl-C or SIGTERM. `make phone` prepares all it needs."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path

import yaml

from gateway.settings import SettingsError
from supervisor.ready import health
from telephony.conversation import Line
from telephony.line import Gateway, GatewayError
from telephony.prompts import PromptError, Prompts
from telephony.settings import LineSettings
from telephony.user_agent import UserAgent
from telephony.wire import Wire

_POLL = 0.25  # seconds


def main() -> int:
    """Run the line; returns the exit status: 0 after a stop, 1 with a sentence when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m telephony", description="The telephone line over SIP.")
    parser.add_argument("--check", action="store_true", help="only say whether the settings and the port can be used")
    parser.add_argument("--wait", type=int, metavar="SECONDS", help="only wait until the assistant answers")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    # aiosipua logs addresses, Call-IDs and what it cannot parse; httpx logs URLs.
    for name in ("aiosipua", "aiortp"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    logging.getLogger("httpx").setLevel(logging.WARNING)
    os.umask(0o077)
    try:
        if arguments.wait is not None:
            return 0 if _assistant_answers(LineSettings.url_from_environment(os.environ), arguments.wait) else 1
        # The key may not be drawn yet when nobody has started the assistant.
        settings = LineSettings.from_environment(os.environ, needs_key=not arguments.check)
        asyncio.run(_check(settings) if arguments.check else _serve(settings))
    except (SettingsError, PromptError, GatewayError) as error:
        print(f"telephony: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"telephony: UDP port {settings.port} of {settings.bind} cannot be used ({error.strerror}): free it, "
            "or choose another: SIP_PORT=5080 make phone",
            file=sys.stderr,
        )
        return 1
    return 0


def _assistant_answers(url: str, seconds: float) -> bool:
    """Whether the assistant at `url` can answer a customer within `seconds`."""
    deadline = time.monotonic() + seconds
    while not health(url)[0]:
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL)
    return True


async def _check(settings: LineSettings) -> None:
    """Take the port and give it back. Raises OSError."""
    wire = Wire(lambda message, peer: None)
    await wire.open(settings.bind, settings.port)
    wire.close()


async def _serve(settings: LineSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    phrases = yaml.safe_load((Path(__file__).parent / "phrases.yml").read_text("utf-8"))
    prompts = Prompts(settings.tts_command, settings.prompt_dir)
    gateway = Gateway(settings.gateway_url, settings.key)
    line = Line(settings, gateway, prompts, phrases)
    agent = UserAgent(settings, line.talk)
    await gateway.check()
    # Before anybody calls: whether the synthesiser speaks, and what is said when the gateway does not.
    for text in phrases.values():
        await prompts.samples(text)
    await agent.open()
    print(_how_to_call(settings), flush=True)
    await stop.wait()
    await agent.close()
    await gateway.close()


def _how_to_call(settings: LineSettings) -> str:
    uri = f"sip:7400@{settings.advertise}:{settings.port}"
    transfer = settings.transfer_to or "none: SIP_TRANSFER_TO=sip:… (the call says so and goes on)"
    return "\n".join(
        (
            "",
            f"The 7400 line answers at {uri}",
            f"  from this machine        baresip -e '/dial {uri}'   (or Linphone, or any SIP telephone)",
            "  keys                     those the voice names; 0 an adviser, * again, # back",
            f"  calls at once            {settings.max_calls}",
            f"  adviser                  {transfer}",
            f"  assistant                {settings.gateway_url}",
            "Stop it with Ctrl-C.",
            "",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
