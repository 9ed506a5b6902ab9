"""aetherd from outside: how it becomes ready, ends, keeps its data, and what it says to wrong usage."""
import pathlib
import signal
import sys
import tempfile

import _aether


def refuses(report, name, exit_status, says, *words):
    """It ends at once with that status, names the cause on stderr and says nothing on stdout."""
    done = _aether.run("aetherd", *words)
    report.check(name, done.returncode == exit_status and says in done.stderr and not done.stdout,
                 f"exit status {done.returncode}, stdout {done.stdout!r}, stderr {done.stderr!r}")


def modes(report, folder):
    with _aether.DevChain(folder, "--on-demand") as chain:
        report.equal("on_demand_no_block_comes_by_itself", "0", chain.call("aeth_health")["at"]["slot"])
        status, out = chain.ctl("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "2")
        report.equal("a_published_key_pays_at_once", (0, "success", "1"),
                     (status, out.get("outcome"), out.get("place", {}).get("slot")))
        report.equal("dev_seal_makes_that_many_blocks", "6", chain.call("dev_seal", slots=5)["at"]["slot"])
        report.equal("sigint_ends_it_cleanly", 0, chain.end(signal.SIGINT))
    with _aether.DevChain(folder, "--interval-ms", 1) as chain:
        newest = _aether.wait_for(lambda: int(chain.call("aeth_health")["at"]["slot"]) >= 3, "empty blocks")
        report.check("at_an_interval_empty_blocks_come", newest)
        report.equal("sigterm_ends_it_cleanly", 0, chain.stop())


def data(report, folder):
    home = folder / "chain"
    chain = _aether.DevChain(folder, "--data", home, "--interval-ms", 3_600_000)
    with chain:
        genesis = chain.ready["genesis_hash"]
        report.equal("the_ready_line_names_the_genesis", genesis, chain.call("aeth_chainId")["genesis_hash"])
        before = chain.call("dev_seal", slots=7)["at"]
        port = chain.rpc.rsplit(":", 1)[1]
        refuses(report, "a_second_chain_on_the_directory_is_refused", 1, "held by another process", "dev", "--port", 0,
                "--data", home)
        refuses(report, "a_port_in_use_is_named", 1, f"127.0.0.1:{port}", "dev", "--port", port)
        chain.stop()
    with chain:
        report.equal("what_was_sealed_is_there_again", (before, "7"), (chain.call("aeth_health")["at"],
                                                                       chain.ready["slot"]))
        chain.stop()
    refuses(report, "another_genesis_than_the_directorys_is_refused", 1, "another genesis", "dev", "--port", 0, "--data",
            home, "--chain-id", 9)
    refuses(report, "a_directory_of_something_else_is_refused", 1, "no chain", "dev", "--port", 0, "--data",
            folder / "dev-keys")


def usage(report, folder):
    genesis = folder / "genesis.toml"
    genesis.write_text(_aether.run("aetherd", "genesis", "--chain-id", 77).stdout)
    with _aether.DevChain(folder, "--genesis", genesis) as chain:
        report.equal("a_printed_genesis_is_read_back", "77", chain.call("aeth_chainId")["chain_id"])
    genesis.write_text(genesis.read_text().replace("chain_id = 77", "chain = 77"))
    refuses(report, "a_wrong_key_of_a_genesis_is_named", 1, "chain", "dev", "--genesis", genesis)
    refuses(report, "an_absent_genesis_is_named", 1, "absent.toml", "dev", "--genesis", folder / "absent.toml")
    refuses(report, "a_wrong_fund_is_explained", 2, "ADDRESS:SWR:AIC", "dev", "--fund", "alice")
    refuses(report, "a_port_out_of_range_is_refused", 2, "--port", "dev", "--port", 65_536)
    refuses(report, "interval_and_on_demand_exclude_each_other", 2, "--on-demand", "dev", "--on-demand", "--interval-ms", 5)
    refuses(report, "an_interval_of_nothing_is_refused", 2, "--interval-ms", "dev", "--interval-ms", 0)
    refuses(report, "an_unknown_flag_is_refused", 2, "--nothing", "dev", "--nothing")
    refuses(report, "a_command_is_needed", 2, "subcommand")
    for command in ([], ["dev"], ["genesis"], ["dev-keys"]):
        done = _aether.run("aetherd", *command, "--help")
        report.check("_".join(["help", *command]) + "_shows_an_example", done.returncode == 0 and "Example" in done.stdout)


def main():
    report = _aether.Report()
    for part in (modes, data, usage):
        with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
            part(report, pathlib.Path(name))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
