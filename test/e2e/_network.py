"""Nodes of the network without a chain (test/network_probe.cpp), and other programs that say lines and take some."""
import queue
import subprocess
import threading

from _aether import BIN, DEADLINE_S

LISTEN = {"quic": "/ip4/127.0.0.1/udp/0/quic-v1", "tcp": "/ip4/127.0.0.1/tcp/0"}


class Talker:
    """A program that says lines and takes some, until its input ends."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())
        self.lines.put(None)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def until(self, beginning):
        """The next line that begins so; "" where none comes."""
        while True:
            try:
                line = self.lines.get(timeout=DEADLINE_S)
            except queue.Empty:
                return ""
            if line is None or line.startswith(beginning):
                return line or ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(DEADLINE_S)
        finally:
            self.process.kill()


class Probe(Talker):
    """A node that listens; `address` is its first multiaddr."""

    def __init__(self, genesis, *options):
        super().__init__(BIN / "aether-network-probe", genesis, *options)
        self.address = self.until("listening").split()[1]
