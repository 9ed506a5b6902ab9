"""/metrics, /health and /readyz of real processes: the numbers of the page beside what the chain answers, before and after work."""
import re
import sys
import tempfile
import urllib.error
import urllib.request

import _aether
from _devnet import Devnet

SAMPLE = re.compile(r'([a-z_]+(?:\{[a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*\})?) (\S+)')


def fetch(url, path):
    """Status, content type and text."""
    try:
        with urllib.request.urlopen(url + path, timeout=_aether.DEADLINE_S) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def samples(url):
    status, kind, text = fetch(url, "/metrics")
    out = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, number = SAMPLE.fullmatch(line).groups()
            out[name] = float(number)
    return status, kind, out


def dev(report, chain):
    status, kind, before = samples(chain.rpc)
    report.equal("the_page_is_prometheus_text", (200, "text/plain; version=0.0.4; charset=utf-8"), (status, kind))
    chain.call("dev_seal", slots=7)
    try:
        chain.call("aeth_getBlockByNumber", slot="99")
    except _aether.RpcError:
        pass
    after = samples(chain.rpc)[2]
    gone = {name: after.get(name, 0) - before.get(name, 0) for name in after}
    report.equal("blocks_are_counted", (7, 7), (gone["aether_final_blocks_total"], gone["aether_final_slot"]))
    report.equal("calls_are_counted_by_how_they_ended", (1, 1),
                 (gone['aether_rpc_requests_total{method="dev_seal",code="ok"}'],
                  gone['aether_rpc_requests_total{method="aeth_getBlockByNumber",code="not_found"}']))
    report.check("the_database_has_a_size", after["aether_database_bytes"] > 0, after)
    report.equal("a_dev_chain_has_no_peers_to_count", None, after.get("aether_peers"))
    report.equal("it_is_ready", (200, 200), (fetch(chain.rpc, "/health")[0], fetch(chain.rpc, "/readyz")[0]))


def validators(report, net):
    rpc = net.up("-n", 4)["nodes"][0]["rpc"]
    slot = net.transfer(0)
    net.agree_after(slot)
    net.connected()
    page = samples(rpc)[2]
    report.equal("a_node_counts_its_peers", 3, page["aether_peers"])
    report.check("and_its_blocks_and_syncs", page["aether_final_slot"] >= slot and page["aether_final_transactions_total"] >= 1
                 and page["aether_safety_log_sync_seconds_count"] > 0 and page["aether_validator"] == 1, page)
    print(f"resident {page['process_resident_memory_bytes'] / 2**20:.0f} MiB of a node without load, "
          f"{page['process_threads']:.0f} threads, {page['process_open_fds']:.0f} descriptors")
    for node in (1, 2, 3):
        net("kill", node)
    _aether.wait_for(lambda: samples(rpc)[2]["aether_peers"] == 0, "no peers")
    report.equal("health_says_that_the_process_answers", 200, fetch(rpc, "/health")[0])


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory() as folder:
        with _aether.DevChain(folder, "--on-demand", "--data", folder + "/chain") as chain:
            dev(report, chain)
        with Devnet(folder + "/net") as net:
            validators(report, net)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
