"""JSON-RPC over a WebSocket (RFC 6455), as far as the scenarios need it: text messages of any length, pings answered."""
import base64
import json
import os
import socket
import struct
import urllib.parse

from _aether import DEADLINE_S, RpcError


class Closed(Exception):
    """The other side closed; `code` and `reason` say why, 0 where it said nothing."""

    def __init__(self, code=0, reason=""):
        super().__init__(f"closed: {code} {reason}")
        self.code, self.reason = code, reason


class Socket:
    def __init__(self, url, path="/ws"):
        where = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=DEADLINE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        status = self.file.readline().split()[1]
        while self.file.readline().strip():
            pass
        if status != b"101":
            raise Closed(int(status), "no WebSocket")
        self.told = []  # notifications that came while an answer was awaited

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def take(self, count):
        out = self.file.read(count)
        if len(out) < count:
            raise Closed
        return out

    def send_frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | opcode])
        head += bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size) if size < 65536 else \
            b"\xff" + struct.pack(">Q", size)
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def message(self):
        text = b""
        while True:
            first, size = self.take(2)
            if size == 126:
                size, = struct.unpack(">H", self.take(2))
            elif size == 127:
                size, = struct.unpack(">Q", self.take(8))
            payload = self.take(size)
            if first & 0x0f == 9:
                self.send_frame(10, payload)
            elif first & 0x0f == 8:
                raise Closed(*struct.unpack(">H", payload[:2]), payload[2:].decode()) if payload else Closed()
            else:
                text += payload
                if first & 0x80:
                    return json.loads(text)

    def call(self, method, **params):
        self.send_frame(1, json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode())
        while "id" not in (message := self.message()):
            self.told.append(message)
        if "error" in message:
            raise RpcError(message["error"])
        return message["result"]

    def subscribe(self, topic, wanted=None, **params):
        """The id of the subscription, and the block of the answer."""
        answer = self.call("aeth_subscribe", topic={topic: wanted or {}}, **params)
        return answer["subscription"], answer["at"]

    def notification(self, subscription):
        """What comes next of a subscription; what comes of others is kept."""
        for kept in self.told:
            if kept["params"]["subscription"] == subscription:
                self.told.remove(kept)
                return kept["params"]["result"]
        while True:
            message = self.message()
            if message["params"]["subscription"] == subscription:
                return message["params"]["result"]
            self.told.append(message)
