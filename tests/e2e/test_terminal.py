# SPDX-License-Identifier: MIT
"""chanctl as a person sees it: the prompt, and top."""
import os
import re
import signal
import stat

from harness import (CHANCTL, PATIENCE, clean_environment, start_process,
                     until)
from terminal import TerminalCase


class Prompt(TerminalCase):

    def prompt(self, *words, **environment):
        terminal = self.terminal(**environment)
        terminal.line(" ".join(["chanctl"] + list(words)))
        terminal.until(r"^chand> ?$")
        return terminal

    def history(self, terminal):
        path = os.path.join(os.path.dirname(terminal.socket), "state", "chand",
                            "history")
        with open(path) as file:
            return file.read(), os.stat(path)

    def test_verbs_work_as_in_a_shell(self):
        terminal = self.prompt()
        client = self.connect()
        self.park(client, "recv", "jobs")
        terminal.line("send jobs 'two  words'")
        self.assertEqual(client.result(), "two  words")
        self.park(client, "send", "jobs", "it came back")
        terminal.line("chanctl recv jobs")
        terminal.until("^it came back$")
        terminal.line("ping")
        terminal.until("answered in")
        terminal.line("exit")
        terminal.until(r"^\$ ?$")
        terminal.check_sane()

    def test_commands_can_be_served(self):
        terminal = self.prompt()
        client = self.connect()
        self.park(client, "send", "jobs", "shout")
        terminal.line("serve -c 1 jobs -- tr a-z A-Z")
        self.assertEqual(client.result(), "SHOUT")

    def test_errors_do_not_end_it(self):
        terminal = self.prompt()
        terminal.line("sned x")
        terminal.until('"sned" is no verb')
        terminal.line("send 'x")
        terminal.until("a quote is not closed")
        terminal.line("info nothing")
        terminal.until("NOCHANNEL")
        terminal.line("-v")
        terminal.until("say what to do")
        terminal.line("ping")
        terminal.until("answered in")

    def test_ctrl_c_withdraws_the_running_call_alone(self):
        terminal = self.prompt()
        for _ in range(2):
            terminal.line("recv jobs")
            self.wait_balance("jobs", -1)
            terminal.type("C-c")
            self.wait_balance("jobs", 0)
        terminal.until("withdrawn(.|\n)*withdrawn(.|\n)*^chand> ?$")
        terminal.line("ping")
        terminal.until("answered in")

    def test_ctrl_c_gives_up_a_line(self):
        terminal = self.prompt()
        terminal.type("send jobs x", "C-c")
        terminal.until(r"^\^C|\^C$")
        terminal.line("ping")
        terminal.until("answered in")
        self.assertEqual(self.channels(), [])

    def test_ctrl_d_ends_it(self):
        terminal = self.prompt()
        terminal.type("C-d")
        terminal.until(r"^\$ ?$")
        terminal.check_sane()

    def test_lines_are_remembered_for_the_next_time(self):
        terminal = self.prompt()
        terminal.line("ping -t 7")
        terminal.until(r"answered in .*\nchand> ?$")
        text, status = self.history(terminal)
        self.assertIn("ping", text)
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o600)
        terminal.type("C-d")
        terminal.until(r"^\$ ?$")
        terminal.type("C-l")
        terminal.line("chanctl")
        terminal.until(r"^chand> ?$")
        terminal.type("Up")
        terminal.until("^chand> ping -t 7")
        terminal.type("C-c", "C-r", "-t")
        terminal.until("ping -t 7 *\nbck:-t")

    def test_the_tab_key_completes(self):
        for name in "only-one", "zwei worte":
            self.park(self.connect(), "recv", name)
        terminal = self.prompt()
        for written, wanted in (("sta", "stats "), ("info on", "info only-one "),
                                ("wait --rec", "wait --receivers "),
                                ("info zw", "info 'zwei worte' "),
                                ("info 'zwei w", "info 'zwei worte' "),
                                ("s", "s")):
            terminal.type("C-u", written, "Tab")
            terminal.until("^chand> %s *$" % re.escape(wanted.strip()))
        terminal.until("^send +serve +select +stats$")

    def test_names_are_completed_without_a_daemon_to_wait_for(self):
        terminal = self.prompt()
        with self.daemon.halted():
            terminal.type("info x", "Tab", "Tab", "yz")
            terminal.until("^chand> info xyz")

    def test_options_hold_for_every_line(self):
        terminal = self.terminal(url="unix:///nonexistent/s")
        terminal.line("chanctl -s " + self.daemon.unix)
        terminal.until(r"^chand> ?$")
        terminal.line("ping")
        terminal.until("answered in")

    def test_a_resized_terminal_is_no_end(self):
        terminal = self.prompt()
        terminal.type("pi")
        terminal.resize(60, 20)
        terminal.line("ng")
        terminal.until("answered in")

    def test_without_a_terminal_there_is_no_prompt(self):
        terminal = self.terminal()
        terminal.line("chanctl </dev/null; echo is-$?")
        terminal.until("say what to do(.|\n)*^is-2$")


class Top(TerminalCase):

    def top(self, *words, **environment):
        terminal = self.terminal(**environment)
        terminal.line("chanctl top -i 0.1 " + " ".join(words))
        terminal.until("^CHANNEL ")
        return terminal

    def test_it_follows_what_happens(self):
        terminal = self.top()
        client = self.connect()
        self.park(client, "recv", "日本語")
        terminal.until("^日本語 .* 1 ")
        terminal.until("^3 connections   1 channels|1 receivers")
        client.close()
        terminal.until("0 channels")
        terminal.type("q")
        terminal.until(r"top -i 0.1 *\n\$ ?$")
        terminal.check_sane()

    def test_keys_sort_and_change_what_is_shown(self):
        for count, name in ((1, "b"), (2, "a"), (3, "c")):
            for client in self.connect_many(count):
                self.park(client, "recv", name)
        terminal = self.top()
        for key, order in (("w", "cab"), ("n", "abc"), ("o", "bac")):
            terminal.type(key)
            terminal.until("^%s +.*\n%s +.*\n%s +" % tuple(order))
        terminal.type("p")
        terminal.until("^ *ID +STATE +CHANNEL")
        terminal.until("chanctl top")
        terminal.type("c")
        terminal.until("^CHANNEL ")

    def test_80_columns_hold_it_all(self):
        for name in "n" * 255, "字" * 85:
            self.park(self.connect(), "recv", name)
        terminal = self.top()
        terminal.until("^n+….*open$")
        terminal.until("^字+….*open$")
        terminal.type("p")
        terminal.until("blocked +n+…")
        for columns, lines in ((60, 10), (200, 50), (80, 24)):
            terminal.resize(columns, lines)
            terminal.type("c")
            terminal.until({60: "^n+… +[.]", 80: "^n+….*open$",
                            200: "^n{100,}.*open$"}[columns])

    def test_a_daemon_that_goes_away_comes_back(self):
        terminal = self.top()
        folder = self.daemon.folder
        self.daemon.terminate()
        terminal.until("trying again")
        terminal.until("^CHANNEL ")
        self.start(folder=folder)
        until(lambda: "trying again" not in terminal.screen(),
              "it is seen again")
        terminal.type("q")
        terminal.check_sane()

    def test_a_daemon_that_hangs_holds_nobody(self):
        terminal = self.top()
        with self.daemon.halted():
            terminal.type("p")
            terminal.until("^ *ID +STATE")
            terminal.type("C-c")
            terminal.until(r"^\$ ?$")
        terminal.check_sane()

    def test_signals_leave_a_sane_terminal(self):
        terminal = self.top("; echo is-$?")
        terminal.type("C-c")
        terminal.until("^is-130$")
        terminal.check_sane()

    def test_it_ends_with_its_terminal_even_under_nohup(self):
        for words in (["top"], []):
            ours, its = os.openpty()
            env = dict(clean_environment(), CHAND_URL=self.daemon.unix,
                       TERM="screen-256color", HOME=self.daemon.folder)
            process = start_process(
                [CHANCTL] + words, stdin=its, stdout=its, stderr=its, env=env,
                start_new_session=True, preexec_fn=lambda: signal.signal(
                    signal.SIGHUP, signal.SIG_IGN))
            os.close(its)
            until(lambda: os.read(ours, 4096), "it shows something")
            os.close(ours)
            process.wait(PATIENCE)

    def coloured(self, terminal):
        return re.search(r"\x1b\[[0-9;]*3[0-9]", terminal.screen("-e"))

    def test_colour_is_for_those_who_want_it(self):
        self.assertTrue(self.coloured(self.top()))
        self.assertFalse(self.coloured(self.top(NO_COLOR="1")))

    def test_a_terminal_that_nobody_knows_is_refused(self):
        terminal = self.terminal()
        terminal.line("TERM=no-such-terminal chanctl top; echo is-$?")
        terminal.until("-1 writes once(.|\n)*^is-2$")
