"""aetherctl devnet: a network of validators by one command. What is final on one node is final on all, whoever is killed, paused
or ended meanwhile; and what the commands refuse."""
import os
import pathlib
import selectors
import socket
import subprocess
import sys
import tempfile

import _aether
from _aether import DEADLINE_S
from _ctl import BAD_FILE, FAILED, UNREACHABLE, USAGE, Ctl, error_of
from _devnet import Devnet, is_gone


def refuses(report, name, net, exit_code, code, *words):
    report.equal(name, (exit_code, code), error_of(net.run(*words)))


def first_up(report, net, folder):
    refuses(report, "what_is_no_network_has_no_status", net, BAD_FILE, "no_devnet", "status")
    refuses(report, "a_network_without_nodes_is_refused", net, USAGE, "usage", "up", "-n", 0)
    refuses(report, "a_fund_of_nobody_is_refused", net, USAGE, "bad_fund", "up", "--fund", "nobody:1:1")
    (folder / "password").write_text("secret\n")
    rich = Ctl(folder / "own", folder / "password").json("keys", "new", "rich", "--mnemonic-file", folder / "words")["address"]
    made = net.up("-n", 4, "--fund", f"{rich}:7:8.5", env={"AETHERD_RPC_PORT": "1"})
    report.equal("four_nodes_run", ["running"] * 4, [node["state"] for node in made["nodes"]])
    report.equal("who_is_named_is_funded", {"swr": "7000000", "aic": "8500000"},
                 net.ctl(3).json("account", rich)["account"]["balance"])
    net.connected()
    validators = net.ctl(1).json("validators")["validators"]
    peers = [net.ctl(node).json("peers") for node in range(4)]
    report.equal("validators_and_peers_are_the_same_four", [{entry["validator"]["address"] for entry in validators}] * 4,
                 [{peer["validator"] for other in peers for peer in other["peers"]}] * 4)
    report.equal("a_block_names_its_proposer", "validators", net.ctl(2).json("status")["kind"])
    proposer = net.ctl(2).json("block")["header"]["sealer"]["bft"]["proposer"]
    report.check("which_is_one_of_them", proposer in range(4), proposer)
    print(f"ready in {made['ready_ms']} ms, load {os.getloadavg()[0]:.1f}")


def goes_on(report, net):
    before = net.balance(0)
    slot = net.transfer(0)
    status = net.agree_after(slot)
    report.check("a_transfer_is_final_on_all_with_one_root", status["roots_agree"], status)
    report.equal("a_transfer_to_one_node_is_seen_on_all", [before + 1] * 4, [net.balance(node) for node in range(4)])

    killed = net.pids()[2]
    net("kill", 2)
    report.check("kill_ends_the_process", is_gone(killed), killed)
    report.equal("status_shows_who_was_killed", ["running", "running", "down", "running"], net.states())
    refuses(report, "kill_of_a_node_that_is_down_is_refused", net, FAILED, "node_down", "kill", 2)
    slots = [net.transfer(node) for node in (0, 1, 3)]
    net("restart", 2)
    net.agree_after(slots[-1])
    report.equal("a_killed_node_catches_up", before + 4, net.balance(2))

    pids = net.pids()
    net("pause", 1)
    report.equal("status_shows_who_is_paused", "paused", net.states()[1])
    slot = net.transfer(0)
    net("resume", 1)
    net.agree_after(slot)
    report.equal("a_paused_node_catches_up", (before + 5, pids), (net.balance(1), net.pids()))

    pids = net.pids()
    net("kill", 0, 1, 2, 3)
    report.equal("all_are_down", ["down"] * 4, net.states())
    net.up()
    status = net.agree_after(slot)
    report.equal("after_all_were_killed_nothing_is_lost", [before + 5] * 4, [net.balance(node) for node in range(4)])
    report.check("these_are_new_processes", not set(pids) & set(net.pids()), pids)
    again = net.up()
    report.equal("a_second_up_leaves_those_alone_that_run", net.pids(), [node["pid"] for node in again["nodes"]])


def logs(report, net):
    report.equal("tail_takes_the_last_line_of_each", [0, 1, 2, 3], [line["node"] for line in net("logs", "--tail", 1)["lines"]])
    command = [_aether.BIN / "aetherctl", "devnet", "logs", "0", "-f", "--tail", "1", "--dir", net.directory]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0) as follower:
        def line():
            with selectors.DefaultSelector() as selector:
                selector.register(follower.stdout, selectors.EVENT_READ)
                return follower.stdout.readline() if selector.select(DEADLINE_S) else b""
        try:
            first = line()  # so it looks from here on
            net("restart", 0)
            second = line()
        finally:
            follower.kill()
    report.check("follow_gives_lines_as_they_come", first and second, f"{first} and {second}")


def ends(report, net, folder):
    refuses(report, "another_number_of_nodes_is_refused", net, USAGE, "other_plan", "up", "-n", 5)
    refuses(report, "an_unknown_node_is_named", net, USAGE, "unknown_node", "restart", 4)
    pids = net.pids()
    net("pause", 3)
    net("down")
    report.check("down_ends_all_even_who_is_paused", all(map(is_gone, pids)) and net.states() == ["down"] * 4, net.states())
    report.equal("down_again_is_fine", ["down"] * 4, [node["state"] for node in net("down")["nodes"]])

    pid_file = pathlib.Path(net.directory) / "nodes" / "0.pid"
    text = pid_file.read_text().split()
    pid_file.write_text(" ".join([str(os.getpid()), *text[1:]]) + "\n")
    refuses(report, "another_process_of_the_same_number_is_left_alone", net, FAILED, "node_down", "kill", 0)

    port = int(net.made["nodes"][1]["rpc"].rsplit(":", 1)[1])
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = net.run("up")
    report.check("a_node_that_cannot_start_is_named_with_the_end_of_its_log",
                 error_of(done) == (UNREACHABLE, "not_ready") and "node 1 has ended" in done.stderr and str(port) in done.stderr,
                 done.stderr)
    net.up()
    report.equal("up_starts_it_when_it_can", ["running"] * 4, net.states())

    other = Devnet(folder / "other")
    other.directory.mkdir()
    (other.directory / "letter").write_text("kept")
    for words in (("up",), ("down", "--erase"), ("status",)):
        refuses(report, f"{words[0]}_refuses_a_directory_of_something_else", other, BAD_FILE, "not_a_devnet", *words)
    report.equal("what_lies_there_stays", ["letter"], os.listdir(other.directory))
    net("down", "--erase")
    report.check("erase_leaves_nothing", not list(folder.glob("net*")), list(folder.glob("net*")))


def seven(report, net):
    made = net.up("-n", 7, "--slot-ms", 100)
    print(f"seven ready in {made['ready_ms']} ms, load {os.getloadavg()[0]:.1f}")
    net("kill", 1, 4)
    slot = net.transfer(6)
    net("restart", 1, 4)
    net.agree_after(slot)
    report.equal("seven_go_on_without_two", {1_000_001}, {net.balance(node) for node in range(7)})


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        folder = pathlib.Path(name)
        with Devnet(folder / "net") as net:
            first_up(report, net, folder)
            goes_on(report, net)
            logs(report, net)
            ends(report, net, folder)
        if not _aether.QUICK:
            with Devnet(folder / "seven") as net:
                seven(report, net)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
