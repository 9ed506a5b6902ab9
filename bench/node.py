"""./aether bench node [ROW...] [--rounds N] [--check] [--output json]: real nodes on this machine, by their public interface, beside
CometBFT's kvstore and nginx. ROW: 13 (one transfer at a time), 14 (transfers, one validator), 14b (four), 16 (account queries), idle,
recovery (after kill -9, with a million accounts).
Ours and the peer in turn, as often as --rounds says; --check takes every path of ours once, on little."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "testing"))
import driver  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path(os.environ["AETHER_BIN"]).resolve()
CLIENT = BIN / "aether-bench-node"
CACHE = pathlib.Path(os.environ.get("AETHER_CACHE", pathlib.Path.home() / ".cache" / "aether"))
ROWS = "13", "14", "14b", "16", "idle", "recovery"
COMETBFT = "github.com/cometbft/cometbft/cmd/cometbft"
DEADLINE_S = 60

# As fast as they come: no pauses, no second look at what waits, no index, room for the load.
TUNED = {"timeout_commit": '"0s"', "skip_timeout_commit": "true", "peer_gossip_sleep_duration": '"1ms"',
         "flush_throttle_timeout": '"1ms"', "recheck": "false", "indexer": '"null"', "size": "200000", "cache_size": "1000000",
         "max_request_batch_size": "1000", "send_rate": "1000000000", "recv_rate": "1000000000"}

HEAD = """\
Real processes over loopback, all on this machine with their client; medians of the rounds, and the peer's in turn. CPU: of all nodes
together, µs a transaction (nodes and client share the cores); load: the machine's run queue when a round began. Ours are signed
transfers of 217 bytes, final and durable on all nodes; CometBFT's are unsigned pairs of as many bytes for its kvstore"""


def cpu_s(pids):
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def ask(url, method, **params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
        return json.load(answer)["result"]


class Devnet:
    """Validators of ours. `slot_ms` 0: a slot begins when the one before it is done."""

    kind = "aether"

    def __init__(self, nodes, slot_ms):
        self.nodes, self.slot_ms = nodes, slot_ms

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="aether-bench-"))
        funds = subprocess.run([CLIENT, "funds"], check=True, capture_output=True, text=True).stdout.split()
        made = self._ctl("up", "-n", self.nodes, "--slot-ms", self.slot_ms, *(f"--fund={fund}" for fund in funds))
        self.urls = [node["rpc"] for node in made["nodes"]]
        self.pids = [node["pid"] for node in made["nodes"]]
        return self

    def __exit__(self, *_):
        self._ctl("down", "--erase")

    def _ctl(self, *words):
        command = [BIN / "aetherctl", "devnet", *map(str, words), "--dir", self.directory, "--output", "json"]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


class CometBft:
    """CometBFT's program with the kvstore inside. `settings` are keys of its config.toml."""

    kind = "cometbft"

    def __init__(self, nodes, settings):
        self.count, self.settings = nodes, settings

    def __enter__(self):
        program = peer()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="aether-bench-"))
        subprocess.run([program, "testnet", "--v", str(self.count), "--o", self.directory], check=True, capture_output=True)
        ports = free_ports(2 * self.count)
        homes = [self.directory / f"node{i}" for i in range(self.count)]
        ids = [subprocess.run([program, "show-node-id", "--home", home], check=True, capture_output=True, text=True).stdout.strip()
               for home in homes]
        peers = ",".join(f"{name}@127.0.0.1:{ports[2 * i + 1]}" for i, name in enumerate(ids))
        self.urls, self.running = [], []
        for i, home in enumerate(homes):
            path = home / "config" / "config.toml"
            text = path.read_text()
            text = text.replace("tcp://127.0.0.1:26657", f"tcp://127.0.0.1:{ports[2 * i]}")
            text = text.replace("tcp://0.0.0.0:26656", f"tcp://127.0.0.1:{ports[2 * i + 1]}")
            for key, value in {"persistent_peers": f'"{peers}"', "log_level": '"error"', **self.settings}.items():
                text = re.sub(rf"(?m)^{key} = .*$", lambda _, line=f"{key} = {value}": line, text)
            path.write_text(text)
            self.running.append(subprocess.Popen([program, "node", "--home", home, "--proxy_app", "kvstore"],
                                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            self.urls.append(f"http://127.0.0.1:{ports[2 * i]}")
        self.pids = [process.pid for process in self.running]
        deadline = time.monotonic() + DEADLINE_S
        while not all(self._height(url) >= 2 for url in self.urls):
            if time.monotonic() > deadline:
                raise TimeoutError("CometBFT makes no blocks")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(DEADLINE_S)
        shutil.rmtree(self.directory)

    @staticmethod
    def _height(url):
        try:
            return int(ask(url, "status")["sync_info"]["latest_block_height"])
        except OSError:
            return 0


def peer():
    """CometBFT, built once into the cache."""
    folder = HERE / "node_peers"
    compiler = subprocess.run(["go", "version"], check=True, capture_output=True).stdout
    key = hashlib.sha256((folder / "go.sum").read_bytes() + compiler).hexdigest()[:16]
    program = CACHE / "node_peers" / key / "cometbft"
    if not program.exists():
        print(f"bench/node_peers: building once into {program.parent}", file=sys.stderr)
        program.parent.mkdir(parents=True, exist_ok=True)
        scratch = program.with_suffix(f".{os.getpid()}")
        subprocess.run(["go", "build", "-o", scratch, COMETBFT], cwd=folder, check=True)
        scratch.rename(program)
    return program


def drive(network, *words, kind=None):
    """What the client measured, with the CPU time of the nodes meanwhile."""
    load = os.getloadavg()[0]
    with subprocess.Popen([CLIENT, kind or network.kind, words[0], ",".join(network.urls), *map(str, words[1:])], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as client:
        spent = []
        for expected in "ready", "final":
            if client.stdout.readline().strip() != expected:
                raise RuntimeError(f"the client of {network.kind} failed")
            spent.append(cpu_s(network.pids))
            client.stdin.write("go\n")
            client.stdin.flush()
        result = json.loads(client.stdout.readline())
    return {**result, "node_cpu_us": 1e6 * (spent[1] - spent[0]) / result["final"], "load": load}


def median_of(rounds, key):
    return statistics.median(result[key] for result in rounds)


def one_at_a_time(rounds, check):
    """Row 13."""
    count = 20 if check else 200
    which = {"aether": lambda: Devnet(4, 0)}
    if not check:
        which |= {"cometbft": lambda: CometBft(4, TUNED), "cometbft default": lambda: CometBft(4, {})}
    results = {name: [] for name in which}
    for _ in range(rounds):
        for name, network in which.items():
            with network() as running:
                drive(running, "wait", 5, 0)
                results[name].append(drive(running, "wait", 10 if name.endswith("default") else count, 5))
    for name, of in results.items():
        yield {"row": "13", "what": name, **{key: median_of(of, key) for key in ("p50_ms", "p95_ms", "block_ms", "load")}}


def throughput(row, nodes, slot_ms, count, peer_count, rounds, check):
    """Rows 14 and 14b."""
    if check:
        count = 4_000
    results = {"aether": []} if check else {"aether": [], "cometbft": []}
    for _ in range(rounds):
        with Devnet(nodes, slot_ms) as ours:
            warm = count // 10
            drive(ours, "load", warm, 0, 2, 256, 20_000)
            results["aether"].append(drive(ours, "load", count, warm, 2, 256, 20_000))
        if check:
            continue
        with CometBft(nodes, TUNED) as theirs:
            warm = peer_count // 10
            drive(theirs, "load", warm, 0, 2, 256, 20_000)
            results["cometbft"].append(drive(theirs, "load", peer_count, warm, 2, 256, 20_000))
    for name, of in results.items():
        client = statistics.median(1e6 * result["client_cpu_s"] / result["final"] for result in of)
        ratios = [a["rate"] / b["rate"] for a, b in zip(of, results.get("cometbft", []))] if name == "aether" else []
        yield {"row": row, "what": name, "nodes": nodes, "client_cpu_us": client, "ratio": statistics.median(ratios) if ratios else None,
               **{key: median_of(of, key) for key in ("rate", "p50_ms", "p95_ms", "node_cpu_us", "load", "refused")}}


def wrk(url, seconds, script=None):
    command = ["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", *(["-s", script] if script else []), url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if bad:
        raise RuntimeError(f"{url}: {bad[0]}")
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p99_ms": float(p99[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[p99[2]]}


def queries(rounds, check):
    """Row 16: accounts asked for by JSON-RPC, and nginx's file of 1 KiB, by the same client, beside a node that makes blocks."""
    seconds = 1 if check else 5
    results = {"aether": [], "nginx": []}
    with Devnet(1, 200) as net, tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        directory.chmod(0o755)
        owner = subprocess.run([CLIENT, "funds"], check=True, capture_output=True, text=True).stdout.split(":")[0]
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "aeth_getAccount", "params": {"address": owner}})
        ask(net.urls[0], "aeth_getAccount", address=owner)
        script = directory / "query.lua"
        script.write_text(f"wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = '{body}'\n")
        port = free_ports(1)[0]
        (directory / "kilobyte").write_bytes(b"x" * 1024)
        (directory / "nginx.conf").write_text(
            f"user root; worker_processes 2; daemon off; pid {directory}/pid; error_log /dev/null crit; events {{}}\n"
            f"http {{ access_log off; keepalive_requests 1000000000; server {{ listen 127.0.0.1:{port}; root {directory}; }} }}\n")
        nginx = subprocess.Popen(["nginx", "-c", directory / "nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(0.5)
            for _ in range(rounds):
                load = os.getloadavg()[0]
                before = cpu_s(net.pids)
                ours = wrk(net.urls[0] + "/", seconds, script)
                ours["cpu_us"] = 1e6 * (cpu_s(net.pids) - before) / (ours["rate"] * seconds)
                results["aether"].append({**ours, "load": load})
                workers = [int(pid) for pid in subprocess.run(["pgrep", "-P", str(nginx.pid)], capture_output=True,
                                                              text=True).stdout.split()]
                before = cpu_s(workers)
                theirs = wrk(f"http://127.0.0.1:{port}/kilobyte", seconds)
                theirs["cpu_us"] = 1e6 * (cpu_s(workers) - before) / (theirs["rate"] * seconds)
                results["nginx"].append({**theirs, "load": load})
        finally:
            nginx.terminate()
            nginx.wait(DEADLINE_S)
    for name, of in results.items():
        ratios = [a["rate"] / b["rate"] for a, b in zip(of, results["nginx"])] if name == "aether" else []
        yield {"row": "16", "what": name, "ratio": statistics.median(ratios) if ratios else None,
               **{key: median_of(of, key) for key in ("rate", "p99_ms", "cpu_us", "load")}}


def idle(check):
    """Four nodes that make empty blocks, as `aetherctl devnet up` starts them."""
    seconds = 2 if check else 20
    with Devnet(4, 200) as net:
        before = cpu_s(net.pids)
        time.sleep(seconds)
        yield {"row": "idle", "what": "aether", "resident_mib": statistics.median(resident_mib(pid) for pid in net.pids),
               "cpu_percent": 100 * (cpu_s(net.pids) - before) / seconds / len(net.pids), "load": os.getloadavg()[0]}


def ready_s(url, process):
    """From now until /readyz says so."""
    begin = time.monotonic()
    while process.poll() is None and time.monotonic() < begin + DEADLINE_S:
        try:
            with urllib.request.urlopen(url + "/readyz", timeout=DEADLINE_S):
                return time.monotonic() - begin
        except (urllib.error.HTTPError, OSError):
            time.sleep(0.01)
    raise RuntimeError("the node did not become ready")


def recovery(rounds, check):
    """A validator with 64 accounts of each of so many transactions, killed with kill -9 under load and started again."""
    made, count = (200, 20_000) if check else (15_625, 120_000)
    results = []
    with Devnet(1, 20) as net, tempfile.TemporaryFile("w+") as log:
        drive(net, "load", made, 0, 2, 64, 2_000, kind="accounts")
        command = pathlib.Path(f"/proc/{net.pids[0]}/cmdline").read_text().split("\0")[:-1]
        pid, process = net.pids[0], None
        try:
            for number in range(rounds):
                load = os.getloadavg()[0]
                words = [CLIENT, "aether", "load", net.urls[0], str(count), str(16_000 + number * count), "2", "256", "20000"]
                with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as client:
                    client.stdout.readline()
                    client.stdin.write("go\n")
                    client.stdin.flush()
                    while int(ask(net.urls[0], "aeth_health")["pending"]) < count // 100:
                        time.sleep(0.01)
                    os.kill(pid, signal.SIGKILL)
                    client.kill()
                if process:
                    process.wait()
                at = log.seek(0, os.SEEK_END)
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
                pid = process.pid
                results.append({"seconds": ready_s(net.urls[0], process), "cpu_s": cpu_s([pid]), "load": load})
                log.seek(at)
                results[-1]["blocks"] = int(re.search(r"with (\d+) blocks that are not final", log.read())[1])
        finally:
            if process:
                process.terminate()
                process.wait(DEADLINE_S)
        home = pathlib.Path(command[command.index("--home") + 1])
        state = json.loads(subprocess.run([BIN / "aetherctl", "ledger", "state", "--data", home / "chain", "--output", "json"], check=True,
                                          capture_output=True).stdout)
        yield {"row": "recovery", "what": "aether", "accounts": state["domains"]["account"],
               "longest_s": max(result["seconds"] for result in results),
               **{key: median_of(results, key) for key in ("seconds", "cpu_s", "blocks", "load")}}


def measure(rows, rounds, check):
    if "13" in rows:
        yield from one_at_a_time(rounds, check)
    if "14" in rows:
        yield from throughput("14", 1, 20, 120_000, 60_000, rounds, check)
    if "14b" in rows:
        yield from throughput("14b", 4, 100, 40_000, 20_000, rounds, check)
    if "16" in rows and not (check and not (shutil.which("wrk") and shutil.which("nginx"))):
        yield from queries(rounds, check)
    if "idle" in rows:
        yield from idle(check)
    if "recovery" in rows:
        yield from recovery(rounds, check)


def line(result):
    end = f"; ratio {result['ratio']:.2f}" if result.get("ratio") else ""
    end += f"; load {result['load']:.1f}"
    head = f"{result['row']:>8} {result['what']:17}"
    if result["row"] == "13":
        return f"{head}p50 {result['p50_ms']:.1f} ms, p95 {result['p95_ms']:.1f} ms, a block every {result['block_ms']:.1f} ms{end}"
    if result["row"].startswith("14"):
        return (f"{head}{result['rate']:.0f}/s, p50 {result['p50_ms']:.0f} ms, p95 {result['p95_ms']:.0f} ms, "
                f"CPU {result['node_cpu_us']:.1f} µs + client {result['client_cpu_us']:.1f}, {result['refused']:.0f} refused{end}")
    if result["row"] == "16":
        return f"{head}{result['rate']:.0f}/s, p99 {result['p99_ms']:.1f} ms, CPU {result['cpu_us']:.1f} µs{end}"
    if result["row"] == "recovery":
        return (f"{head}{result['seconds']:.2f} s until ready, at most {result['longest_s']:.2f}; CPU {result['cpu_s']:.2f} s, "
                f"{result['accounts']} accounts, {result['blocks']:.0f} blocks of the log{end}")
    return f"{head}{result['resident_mib']:.0f} MiB resident, {result['cpu_percent']:.1f} % of a core each{end}"


def main():
    asked = driver.parsed(sys.argv[1:])
    if asked is None:
        print("aether: --output knows json", file=sys.stderr)
        return 64
    words, as_json = asked
    check = "--check" in words
    rounds = 1 if check else 3
    if "--rounds" in words:
        at = words.index("--rounds")
        rounds = int(words[at + 1])
        del words[at:at + 2]
    rows = [word for word in words if word != "--check"]
    if unknown := [row for row in rows if row not in ROWS]:
        print(f"aether: bench node knows {' '.join(ROWS)}, not {unknown[0]}", file=sys.stderr)
        return 64
    results = measure(rows or ROWS, rounds, check)
    if as_json:
        print(json.dumps({"machine": os.environ.get("AETHER_MACHINE", ""), "results": list(results)}, indent=1))
    else:
        print(HEAD, flush=True)
        for result in results:
            print(line(result), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
