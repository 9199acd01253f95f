"""run.py CLIENT ERA: plays the session, and prints the protocol and how many steps passed."""

import asyncio
import sys

from clients import CLIENTS
from conversation import Failed, play


async def main(client, era):
    async with CLIENTS[client](era) as opened:
        steps = await play(opened)
        return f"{opened.protocol} {steps}"


if __name__ == "__main__":
    try:
        print(asyncio.run(main(*sys.argv[1:])))
    except* Failed as failures:
        for failure in failures.exceptions:
            print(failure, file=sys.stderr)
        sys.exit(1)
