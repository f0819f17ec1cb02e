# SPDX-License-Identifier: MIT
"""Who somebody is, how long he may take to say it, and what a reload does."""
import hashlib
import os
import re
import subprocess
import sys
import tempfile

from client import pack
from harness import CHAND, PATIENCE, WRAP, Case, clean_environment, until


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


RULES = """
[principal boss]
token = %s
[principal worker]
token = %s
[channel jobs.*]
send = boss
receive = worker
watch = boss
[channel open.*]
""" % (digest("boss's"), digest("worker's"))


class Tokens(Case):

    def setUp(self):
        super().setUp()
        self.daemon = self.start("--log-level", "debug", "--hello-timeout",
                                 "400ms", config=RULES)
        self.probe = self.connect(self.daemon.unix)

    def come(self, token=None, url=None, **hello):
        client = self.connect(url or self.daemon.ipv4)
        if token is not None:
            client.call("hello", dict(hello, token=token))
        return client

    def test_a_token_makes_one_a_principal(self):
        boss, worker = self.come("boss's"), self.come("worker's")
        msgid = worker.request("recv", "jobs.1")
        boss.call("send", "jobs.1", 7)
        self.assertEqual(worker.result(msgid), 7)
        said = worker.expect_error("DENIED", "send", "jobs.1", 1)
        self.assertEqual(said, 'worker may not send to channel "jobs.1"')
        said = boss.expect_error("DENIED", "recv", "elsewhere")
        self.assertEqual(said, 'boss may not receive from channel '
                         '"elsewhere"')

    def test_a_later_hello_makes_one_another(self):
        client = self.come("boss's")
        client.call("hello", {"token": "worker's"})
        client.expect_error("DENIED", "send", "jobs.1", 1)
        client.expect_error("DENIED", "hello", {"token": "x", "name": "n"})
        client.expect_error("WOULDBLOCK", "recv", "jobs.1", {"timeout": 0})
        names = [row["name"] for row in self.probe.call("task.list")]
        self.assertNotIn("n", names)

    def test_the_owner_may_all_but_not_as_somebody_else(self):
        self.probe.expect_error("WOULDBLOCK", "send", "any", 1,
                                {"timeout": 0})
        client = self.come("worker's", self.daemon.unix)
        client.expect_error("DENIED", "send", "jobs.1", 1)
        client.expect_error("DENIED", "server.stats")

    def test_lists_show_what_one_may_watch(self):
        self.probe.call("channel.close", "jobs.1")
        self.probe.call("channel.close", "other")
        boss, worker = self.come("boss's"), self.come("worker's")
        self.assertEqual([info["name"] for info in boss.call("channel.list")],
                         ["jobs.1"])
        self.assertEqual(worker.call("channel.list"), [])
        self.assertEqual(len(worker.call("task.list")), 1)
        self.assertEqual(len(self.probe.call("task.list")), 3)

    def test_events_are_of_channels_that_one_may_watch(self):
        boss = self.come("boss's")
        boss.call("channel.watch", "*")
        self.come("worker's").expect_error("DENIED", "channel.watch", "*")
        for channel in "other", "jobs.1":
            self.probe.expect_error("WOULDBLOCK", "recv", channel,
                                    {"timeout": 0})
        self.assertEqual(boss.message()[2][0]["channel"], "jobs.1")
        boss.call("ping")  # and nothing else

    def test_ones_own_tasks_are_ones_own(self):
        worker = self.come("worker's")
        task = worker.call("task.spawn", "recv", ["jobs.1"])
        self.assertTrue(worker.call("task.kill", task))
        worker.expect_error("KILLED", "task.wait", task)
        own = self.probe.call("task.self")
        for method in "task.kill", "task.wake", "task.wait":
            worker.expect_error("DENIED", method, own)
        worker.expect_error("NOTASK", "task.kill", 1 << 40)

    def test_denials_are_counted(self):
        worker = self.come("worker's")
        for _ in range(3):
            worker.expect_error("DENIED", "send", "jobs.1", 1)
        self.assertEqual(self.probe.call("server.stats")["denied"], 3)

    def test_a_value_that_was_received_can_be_settled_without_the_right(self):
        worker = self.come("worker's")
        self.probe.request("send", "jobs.1", 7)
        _, delivery, _ = worker.call("recv", "jobs.1", {"ack": True})
        self.daemon.reload(RULES.replace("receive = worker", ""))
        worker.expect_error("DENIED", "recv", "jobs.1", {"done": delivery})
        worker.call("ack", delivery, "done")
        self.assertEqual(self.probe.result(), "done")

    # ---- before the hello ----

    def test_nobody_is_heard_for_one_request(self):
        for method, params in (("ping", [1]), ("hello", [{"token": "no"}]),
                               ("hello", [{}]), ("send", ["jobs.1", 1]),
                               ("task.spawn", ["ping", []])):
            client = self.come()
            client.request(method, *params, msgid=1)
            client.request("ping", 2, msgid=2)
            answers = client.rest()
            self.assertEqual([answer[1] for answer in answers], [1], method)
            self.assertTrue(answers[0][2].startswith("DENIED: "), answers)
        stats = self.probe.call("server.stats")
        self.assertEqual(stats["strangers"], 5)
        until(lambda: self.probe.call("server.stats")["connections"] == 1,
              "they are gone")

    def test_nobody_may_only_say_little(self):
        client = self.come()
        client.send(pack([0, 1, "hello", [{"token": "x" * 5000}]]))
        (answer,) = client.rest()
        self.assertIn("TOOBIG: longer than the largest message, 4096 bytes",
                      answer[2])
        client = self.come("boss's", name="n" * 64)
        self.assertEqual(len(client.call("ping", bytes(100000))), 100000)

    def test_nobody_has_so_long_to_say_hello(self):
        silent, slow = self.come(), self.come()
        slow.send(b"\x94\0\1\xa5hello\x91\x81\xa5tok")
        quick = self.come("worker's")
        self.assertEqual(silent.rest() + slow.rest(), [])
        until(lambda: self.daemon.log().count("no hello in time") == 2,
              "it is said why")
        self.assertEqual(self.probe.call("server.stats")["strangers"], 2)
        self.assertEqual(quick.call("ping", 1), 1)

    def test_a_thousand_strangers_leave_nothing_behind(self):
        before = self.daemon.files()
        strangers = [self.come() for _ in range(1000)]
        self.assertEqual(self.come("boss's").call("ping", 1), 1)
        for stranger in strangers:
            self.assertEqual(stranger.rest(), [])
        until(lambda: self.probe.call("server.stats")["connections"] == 2,
              "they are gone")
        self.assertLess(self.daemon.files(), before + 5)


class Reload(Case):

    def setUp(self):
        super().setUp()
        self.daemon = self.start(config=RULES)
        self.probe = self.connect(self.daemon.unix)
        self.worker = self.connect(self.daemon.ipv4)
        self.boss = self.connect(self.daemon.ipv4)
        self.worker.call("hello", {"token": "worker's"})
        self.boss.call("hello", {"token": "boss's"})

    def test_who_waits_without_a_right_is_denied(self):
        waits = []
        for method, params in (
                ("recv", ["jobs.1"]), ("next", ["jobs.2"]),
                ("select", [[["recv", "jobs.3"], ["recv", "jobs.4"]]]),
                ("recv", ["jobs.5", {"ack": True}])):
            client = self.connect(self.daemon.ipv4)
            client.call("hello", {"token": "worker's"})
            waits.append((client, client.request(method, *params)))
        task = self.worker.call("task.spawn", "recv", ["jobs.6"])
        self.boss.requests(("send", "jobs.7", 1))
        until(lambda: self.probe.call("server.stats")["receivers"] == 6 and
              self.probe.call("server.stats")["senders"] == 1, "they wait")
        self.daemon.reload(RULES.replace("receive = worker", "receive ="))
        for client, msgid in waits:
            self.assertTrue(client.fault(msgid).startswith("DENIED"))
            self.assertEqual(client.call("ping", 1), 1)
        self.worker.expect_error("DENIED", "task.wait", task)
        stats = self.probe.call("server.stats")
        self.assertEqual((stats["receivers"], stats["senders"]), (0, 1))
        self.assertEqual(self.probe.call("recv", "jobs.7"), 1)
        self.assertIsNone(self.boss.result())

    def test_a_select_ends_when_one_of_its_rights_does(self):
        rules = RULES + "[channel other]\nreceive = worker\n"
        self.daemon.reload(rules)
        msgid = self.worker.request(
            "select", [["recv", "jobs.1"], ["recv", "other"]])
        self.wait_balance("other", -1)
        self.daemon.reload(RULES)
        self.assertTrue(self.worker.fault(msgid).startswith("DENIED"))
        self.assertEqual(self.channels(), [])

    def test_a_sequence_says_how_many_were_taken(self):
        msgid = self.boss.request("send_sequence", "jobs.1", [1, 2, 3])
        self.assertEqual(self.worker.call("recv", "jobs.1"), 1)
        self.wait_balance("jobs.1", 1)
        self.daemon.reload(RULES.replace("send = boss", ""))
        self.assertTrue(self.boss.fault(msgid).startswith(
            "DENIED: 1 of 3 taken"))

    def test_a_value_that_is_held_stays_with_its_receiver(self):
        msgid = self.boss.request("send", "jobs.1", 7)
        _, delivery, _ = self.worker.call("recv", "jobs.1", {"ack": True})
        self.daemon.reload(RULES.replace("send = boss", ""))
        self.boss.notify("ping")
        self.worker.call("ack", delivery, "done")
        self.assertEqual(self.boss.result(msgid), "done")

    def test_who_lost_the_right_in_doubt_gets_no_definite_answer(self):
        msgid = self.boss.request("send", "jobs.1", 7)
        self.worker.call("recv", "jobs.1", {"ack": True})
        self.worker.close()
        self.wait_balance("jobs.1", 1)
        self.daemon.reload(RULES.replace("send = boss", ""))
        self.assertTrue(self.boss.fault(msgid).startswith(
            "IN_DOUBT: the right to send was taken away"))

    def test_a_token_that_is_gone_makes_nobody(self):
        msgid = self.worker.request("recv", "jobs.1")
        self.wait_balance("jobs.1", -1)
        self.daemon.reload(RULES.replace(digest("worker's"), digest("new")))
        self.assertTrue(self.worker.fault(msgid).startswith("DENIED"))
        self.worker.expect_error("DENIED", "ping", 1)
        self.worker.expect_error("DENIED", "hello", {"token": "worker's"})
        self.worker.call("hello", {"token": "new"})
        self.assertEqual(self.worker.call("ping", 1), 1)

    def test_a_bad_file_takes_no_right(self):
        msgid = self.worker.request("recv", "jobs.1")
        self.wait_balance("jobs.1", -1)
        for bad, said in (
                ("[channel x]\nsend = nobody\n",
                 "there is no [principal nobody]"),
                ("[principal x]\ntoken = 12\n", "64 hexadecimal digits"),
                ("[principal x]\ntoken_file = /nowhere\n",
                 "token_file /nowhere: No such file"),
                ("[principal anyone]\n", "a principal's name"),
                ("[principal x]\ntoken = %s\n" % digest("boss's"),
                 "another principal has this token"),
                ("[principal x]\ncertificate = w.example\n",
                 "a certificate is dns:NAME"),
                ("[listen]\ninsecure = yes\n", "remove it, or these")):
            log = self.daemon.reload(
                RULES.replace("receive = worker", "") + bad)
            self.assertIn("nothing was reloaded", log)
            self.assertIn(said, log)
            self.assertRegex(log, r"chand\.conf:\d+: ")
        self.boss.call("send", "jobs.1", 5)
        self.assertEqual(self.worker.result(msgid), 5)

    def test_new_rights_are_there_at_once(self):
        self.worker.expect_error("DENIED", "send", "jobs.1", 1)
        self.daemon.reload(RULES.replace("send = boss", "send = boss worker"))
        self.worker.expect_error("WOULDBLOCK", "send", "jobs.1", 1,
                                 {"timeout": 0})


class Files(Case):

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="chand-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "hashes")

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def is_known(self, daemon, token):
        client = self.connect(daemon.ipv4)
        error, _ = client.answer(client.request("hello", {"token": token}))
        return error is None

    def test_hashes_are_read_from_a_file_as_sha256sum_writes_them(self):
        self.write("# two\n%s  -\n\n%s\n" % (digest("a"),
                                             digest("b").upper()))
        daemon = self.start(config="[principal p]\ntoken_file = %s\n"
                            % self.path)
        self.assertEqual([self.is_known(daemon, token) for token in "abc"],
                         [True, True, False])
        self.write(digest("c") + "\n")
        daemon.reload()
        self.assertEqual([self.is_known(daemon, token) for token in "abc"],
                         [False, False, True])

    def test_a_file_that_cannot_be_read_to_its_end_stops_the_start(self):
        """A folder can be opened, and then not be read."""
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("[principal p]\ntoken_file = %s\n" % self.folder)
        done = subprocess.run(
            WRAP + [CHAND, "--config", self.path, "--check-config"],
            env=clean_environment(), timeout=PATIENCE, capture_output=True,
            check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("%s:2: token_file %s: Is a directory"
                      % (self.path, self.folder), done.stderr.decode())

    def test_a_credential_of_systemds_is_found_by_its_name(self):
        self.write(digest("a") + "\n")
        daemon = self.start(config="[principal p]\ntoken_file = hashes\n",
                            variables={"CREDENTIALS_DIRECTORY": self.folder})
        self.assertTrue(self.is_known(daemon, "a"))

    def test_a_peers_user_is_its_principal(self):
        """Another user than ours: that takes root."""
        uid = 54321 if os.geteuid() == 0 else os.geteuid()
        daemon = self.start("--socket-mode", "0666", config="[principal p]\n"
                            "uid = %d\n[channel c]\nsend = p\n" % uid)
        os.chmod(daemon.folder, 0o755)
        ask = ("import socket,sys;s=socket.socket(socket.AF_UNIX);"
               "s.connect(sys.argv[1]);s.sendall(bytes.fromhex("
               "'940001a47265637692a16381a774696d656f757400'));"
               "print(s.recv(200))")
        how = {"user": uid} if os.geteuid() == 0 else {}
        said = subprocess.run([sys.executable, "-c", ask, daemon.path],
                              capture_output=True, timeout=PATIENCE,
                              check=True, **how).stdout.decode()
        if os.geteuid() == 0:
            self.assertIn("DENIED: p may not receive from channel", said)
        else:
            self.assertIn("WOULDBLOCK", said)


class Reach(Case):

    def refuse(self, text, *words):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(text)
            file.flush()
            said = set()
            for more in ("--check-config",), ():
                done = subprocess.run(
                    WRAP + [CHAND, "--config", file.name, *words, *more],
                    env=clean_environment(), timeout=PATIENCE,
                    capture_output=True, check=False)
                self.assertNotEqual(done.returncode, 0)
                said.add("others than this host" in done.stderr.decode())
        self.assertEqual(said, {True})

    def test_without_rights_only_this_host_may_reach_it(self):
        for url in "tcp://0.0.0.0:0", "tcp://[::]:0":
            self.refuse("[listen]\nurl = tcp://127.0.0.1:0 %s\n" % url)
            self.refuse("", "--listen", url)

    def test_it_may_be_insecure_by_an_explicit_word(self):
        daemon = self.start("--insecure", "yes", listen=["tcp://0.0.0.0:0"])
        port = daemon.urls[0].rsplit(":", 1)[1]
        client = self.connect("tcp://127.0.0.1:" + port)
        client.call("server.stats")

    def own_address(self):
        """One of this machine's that is not the loopback's: who calls it
        comes from it, too, and so from elsewhere."""
        with open("/proc/net/fib_trie") as file:
            found = re.findall(r"\|-- ([0-9.]+)\n\s+/32 host LOCAL",
                               file.read())
        return next(a for a in found if not a.startswith("127."))

    def test_a_reload_takes_insecure_back_and_gives_it_again(self):
        yes = "[listen]\ninsecure = yes\n"
        daemon = self.start(config=yes, listen=["tcp://0.0.0.0:0"])
        port = daemon.urls[0].rsplit(":", 1)[1]
        there = "tcp://%s:%s" % (self.own_address(), port)
        remote, parked, local = self.connect(there), self.connect(there), \
            self.connect("tcp://127.0.0.1:" + port)
        msgid = parked.request("recv", "c")
        until(lambda: [i for i in local.call("channel.list", "c")
                       if i["balance"] == -1], "it waits")
        self.assertIn("msg=reloaded", daemon.reload("[listen]\n"))
        self.assertRegex(parked.fault(msgid), "^DENIED: ")
        remote.expect_error("DENIED", "send", "c", 1, {"timeout": 0})
        self.connect(there).expect_error("DENIED", "hello")
        local.expect_error("WOULDBLOCK", "send", "c", 1, {"timeout": 0})
        self.assertIn("msg=reloaded", daemon.reload(yes))
        remote.expect_error("WOULDBLOCK", "send", "c", 1, {"timeout": 0})
        self.connect(there).call("hello")

    def test_with_rights_it_may_be_reached_from_elsewhere(self):
        daemon = self.start(config=RULES, listen=["tcp://0.0.0.0:0"])
        port = daemon.urls[0].rsplit(":", 1)[1]
        client = self.connect("tcp://127.0.0.1:" + port)
        client.call("hello", {"token": "boss's"})

    def test_without_rights_a_token_means_nothing(self):
        self.connect(self.daemon.ipv4).call("hello", {"token": "whatever"})
