"""The socket of a node's owner: aetherd checkpoint, aetherctl snapshot create and aetherctl node ask a node that runs, and the first two
open the directory of one that does not; nobody else is answered, by the socket or by HTTP."""
import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import tempfile

import _aether
from _ctl import BAD_FILE, DONE, UNREACHABLE, error_of
from _devnet import Devnet


def admin(home, *requests):
    """The answers to lines that are sent at once."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(home / "admin.sock"))
        client.sendall("".join(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n"
                               for method, params in requests).encode())
        with client.makefile() as lines:
            return [json.loads(lines.readline()) for _ in requests]


def checkpoint(home):
    done = _aether.run("aetherd", "checkpoint", "--home", home)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)["checkpoint"]


def with_running_node(report, net, home, folder):
    ctl, rpc = net.ctl(0), net.made["nodes"][0]["rpc"]
    mode = (home / "admin.sock").lstat().st_mode
    report.check("the socket is its user's alone", stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600, oct(mode))
    status = _aether.wait_for(lambda: (found := json.loads(ctl.run("node", "status", "--home", home, "--output", "json").stdout))
                              ["status"] == "ready" and found, "a node that is ready")
    report.equal("node status tells the process and whose keys it has",
                 (net.pids()[0], True), (status["process"], status["validator"].startswith("aeth1")))
    text = ctl.run("node", "status", "--home", home)
    report.check("and says so to people", text.returncode == DONE and status["validator"] in text.stdout, text.stdout + text.stderr)
    found = checkpoint(home)
    at = _aether.call(rpc, "aeth_getBlockByNumber", slot=found["slot"])["at"]
    report.equal("a checkpoint of a node that runs is a final block", (found["block"], True), (at["hash"], at["final"]))
    for name, data in (("the node's directory", home), ("its chain's", home / "chain")):
        file = folder / f"{data.name}.snapshot"
        made = ctl.json("snapshot", "create", "--data", data, "--out", file)
        root = _aether.call(rpc, "aeth_getStateRoot", slot=made["slot"])["state_root"]
        report.equal(f"a snapshot of a node that runs, by {name}, is of a final state", root, made["state_root"])
        report.equal("which verifies", DONE, ctl.run("snapshot", "verify", file, "--state-root", root).returncode)
    terminal, end = os.openpty()
    done = ctl.run("snapshot", "create", "--data", home, "--out", folder / "seen.snapshot", stderr=end)
    os.close(end)
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)
    report.check("on a terminal it shows how far the node is", done.returncode == DONE and "packing [" in shown, shown)
    report.equal("and the node says so of none when none is packed", None, ctl.json("node", "status", "--home", home).get("packing"))
    report.equal("a file that is there is kept", (BAD_FILE, "exists"),
                 error_of(ctl.run("snapshot", "create", "--data", home, "--out", file, "--output", "json")))
    report.equal("and replaced by --force", DONE, ctl.run("snapshot", "create", "--data", home, "--out", file, "--force").returncode)
    report.equal("a file that cannot be written is an error", (BAD_FILE, "file_system"),
                 error_of(ctl.run("snapshot", "create", "--data", home, "--out", folder / "none" / "x", "--output", "json")))
    with _aether.small_disk(folder / "small", 4) as disk:
        if disk is None:
            report.skip("a full disk is an error", "only root can mount one")
        else:
            (disk / "filler").write_bytes(b"x")
            done = ctl.run("snapshot", "create", "--data", home, "--out", disk / "s", "--output", "json")
            report.equal("a full disk is an error", (BAD_FILE, "file_system"), error_of(done))
            report.check("which is named", "No space left" in done.stderr, done.stderr)
            report.equal("and leaves nothing", [disk / "filler"], list(disk.iterdir()))
            report.check("and the node goes on", net.agree_after(net.transfer(0)))
    answers = admin(home, ("rpc.discover", {}), ("admin_createSnapshot", {"file": "x", "replace": False}), ("aeth_health", {}))
    report.equal("each error has its name and reason", [("operation_failed", "relative_path"), ("method_not_found", None)],
                 [(answer["error"]["data"]["name"], answer["error"]["data"].get("reason")) for answer in answers[1:]])
    methods = [method["name"] for method in answers[0]["result"]["methods"]]
    report.check("the methods are described", "admin_getStatus" in methods, methods)
    reached = []
    for method in methods[:]:
        try:
            _aether.call(rpc, method)
            reached.append(method)
        except _aether.RpcError as error:
            if error.name != "method_not_found":
                reached.append(method)
    report.equal("and none of them is reachable by HTTP", [], reached)
    if os.geteuid() == 0:
        done = subprocess.run([_aether.BIN / "aetherctl", "node", "status", "--home", home, "--output", "json"], user=65534, group=65534,
                              extra_groups=[], capture_output=True, text=True, cwd="/")
        report.check("another user is refused", error_of(done) in [(1, "not_permitted"), (3, "no_node")], done.stderr)
    else:
        report.skip("another user is refused", "only root can be another user")


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        folder = pathlib.Path(name)
        with Devnet(folder / "net") as net:
            net.up("--nodes", "1", "--slot-ms", "20")
            home = folder / "net" / "nodes" / "0"
            net.transfer(0)
            with_running_node(report, net, home, folder)
            ctl = net.ctl(0)
            os.kill(net.pids()[0], signal.SIGKILL)
            _aether.wait_for(lambda: net.states() == ["down"], "the node's end")
            report.check("a killed node leaves its socket", (home / "admin.sock").is_socket())
            report.equal("where nobody answers", (UNREACHABLE, "no_node"),
                         error_of(ctl.run("node", "status", "--home", home, "--output", "json")))
            found = checkpoint(home)
            made = ctl.json("snapshot", "create", "--data", home, "--out", folder / "stopped.snapshot")
            report.equal("the directory of a node that does not run is opened", (found["slot"], found["block"]),
                         (made["slot"], made["block"]))
            state = ctl.json("ledger", "state", "--data", home / "chain")
            report.equal("so is its chain's, and its state told", (found["slot"], made["state_root"], 1),
                         (state["slot"], state["state_root"], state["domains"]["validator_keys"]))
            net("restart", 0)
            report.equal("the next process has a socket of its own", net.pids()[0],
                         ctl.json("node", "status", "--home", home)["process"])
            net("down")
            report.check("a node that ends removes it", not (home / "admin.sock").exists())
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
