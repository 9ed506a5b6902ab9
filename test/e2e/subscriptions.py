"""Subscriptions over WebSockets of real processes: what each topic tells, by the schemas of rpc.discover; after kill -9 a client
goes on where it was, and no block is left out; on validators, blocks before and after they are final."""
import pathlib
import sys
import tempfile

import _aether
from _devnet import Devnet
from _websocket import Closed, Socket

try:
    import jsonschema
except ImportError:
    jsonschema = None


def fits(chain_url, topic, notice):
    if jsonschema is None:
        return True
    document = _aether.call(chain_url, "rpc.discover")
    schemas = {one["topic"]: one["result"] for one in document["x-notifications"]["topics"]}
    return not list(jsonschema.Draft7Validator(schemas[topic]).iter_errors(notice))


def transfer(chain, nonce):
    status, done = chain.ctl("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "1", "--asset", "AIC", "--nonce", nonce)
    if status:
        raise AssertionError(done)
    return done


def topics(report, chain):
    with Socket(chain.rpc) as client:
        heads, at = client.subscribe("finalizedHeads")
        newest, _ = client.subscribe("newHeads")
        pending, _ = client.subscribe("pendingTransactions")
        done = transfer(chain, 1)
        told = client.notification(pending)
        report.equal("a_transaction_is_told_of_when_it_is_taken", [done["transaction"]], told["transactions"])
        report.check("pending_is_as_described", fits(chain.rpc, "pendingTransactions", told), told)
        head = client.notification(heads)
        report.equal("the_block_behind_that_of_the_answer_is_told_first", int(at["slot"]) + 1, int(head["at"]["slot"]))
        report.check("a_head_is_as_described", fits(chain.rpc, "finalizedHeads", head), head)
        report.equal("new_heads_of_a_dev_chain_are_final", head, client.notification(newest))
        ended, _ = client.subscribe("transaction", {"transaction": done["transaction"]})
        notice = client.notification(ended)
        report.equal("what_is_final_already_is_told_at_once", done["transaction"], notice["receipt"]["transaction"])
        report.check("a_receipt_is_as_described", fits(chain.rpc, "transaction", notice), notice)
        try:
            client.call("aeth_unsubscribe", subscription=ended)
            report.check("a_told_transaction_ends_its_subscription", False)
        except _aether.RpcError as error:
            report.equal("a_told_transaction_ends_its_subscription", "not_found", error.name)
        for _ in range(29):
            client.subscribe("newHeads")
        try:
            client.subscribe("newHeads")
            report.check("subscriptions_are_bounded", False)
        except _aether.RpcError as error:
            report.equal("subscriptions_are_bounded", "too_many_subscriptions", error.name)
    try:
        _aether.call(chain.rpc, "aeth_subscribe", topic={"newHeads": {}})
        report.check("http_has_no_subscriptions", False)
    except _aether.RpcError as error:
        report.equal("http_has_no_subscriptions", "not_available", error.name)


def resumes(report, chain):
    """Blocks as a client sees them that loses its connection again and again, and the process with it."""
    slots = []
    for round_number in range(3):
        with chain, Socket(chain.rpc) as client:
            heads, _ = client.subscribe("finalizedHeads", **({"from": str(slots[-1] + 1)} if slots else {"from": "0"}))
            wanted = len(slots) + 20
            while len(slots) < wanted:
                slots.append(int(client.notification(heads)["at"]["slot"]))
            chain.kill()
            try:
                while True:
                    slots.append(int(client.notification(heads)["at"]["slot"]))
            except (Closed, ConnectionError):
                pass
    report.equal("no_block_is_left_out_over_kill_9", list(range(len(slots))), slots)


def stops(report, chain):
    with chain, Socket(chain.rpc) as client:
        client.subscribe("finalizedHeads")
        chain.process.terminate()
        try:
            while True:
                client.message()
        except Closed as closed:
            report.equal("a_stop_is_said", 1001, closed.code)
        report.equal("a_stop_is_clean", 0, chain.stop())


def validators(report, folder):
    with Devnet(folder / "net") as net:
        made = net.up("-n", 4)
        with Socket(made["nodes"][1]["rpc"]) as client:
            heads, at = client.subscribe("finalizedHeads")
            newest, _ = client.subscribe("newHeads")
            done = net.ctl(0).json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "1", "--asset", "AIC")
            ended, _ = client.subscribe("transaction", {"transaction": done["transaction"]})
            notice = client.notification(ended)
            report.equal("a_transfer_through_another_node_is_told", ("success", True), (notice["code_name"], notice["at"]["final"]))
            told = [client.notification(heads) for _ in range(10)]
            first = int(at["slot"]) + 1
            report.equal("each_final_block_is_told_once", list(range(first, first + 10)), [int(one["at"]["slot"]) for one in told])
            report.check("they_are_linked", all(after["header"]["parent_hash"] == before["at"]["hash"]
                                                for before, after in zip(told, told[1:])), told)
            report.check("blocks_are_told_before_they_are_final",
                         any(not client.notification(newest)["at"]["final"] for _ in range(10)))


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with _aether.DevChain(folder, "--on-demand") as chain:
            topics(report, chain)
        chain = _aether.DevChain(folder, "--data", folder / "chain", "--interval-ms", 20)
        resumes(report, chain)
        stops(report, chain)
        validators(report, folder)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
