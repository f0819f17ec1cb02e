# SPDX-License-Identifier: MIT
"""What shells offer behind chanctl: their own completion, as installed."""
import os
import re
import subprocess

from ctl import Ctl
from harness import CHANCTL, PATIENCE, clean_environment
from terminal import TerminalCase

SCRIPTS = os.path.join(os.environ.get("srcdir", os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..")),
    "client", "completion")

BASH = r"""
. "$SCRIPTS/bash/chanctl"
compopt() { :; }
COMP_LINE=$1 COMP_POINT=${#1}
read -ra COMP_WORDS <<<"${1//:/ : }"
[[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
[[ ${COMP_WORDS[COMP_CWORD]} == : ]] && COMP_WORDS+=('') && ((COMP_CWORD++))
_chanctl chanctl
printf '%s\n' "${COMPREPLY[@]}"
"""


class Completion(Ctl):

    def offered(self, line):
        """What chanctl itself offers: a kind, and words without their help."""
        out = self.run_ctl("--complete", line)[1].decode().splitlines()
        return [out[0]] + [word.split("\t")[0] for word in out[1:]]

    def verbs(self):
        out = self.run_ctl("--help")[1].decode()
        part = out.split("\nverbs:\n")[1].split("\n\n")[0]
        return re.findall(r"^  (\w+)", part, re.M)

    def test_every_verb_is_offered_and_explained(self):
        self.assertEqual(self.offered("chanctl "), ["words"] + self.verbs())
        self.assertIn("bench", self.verbs())
        out = self.run_ctl("--complete", "chanctl ")[1].decode()
        for line in out.splitlines()[1:]:
            self.assertRegex(line, r"^\w+\t\w.+$")

    def test_every_verb_offers_just_the_flags_that_it_takes(self):
        for verb in self.verbs():
            out = self.run_ctl("help", verb)[1].decode()
            flags = set(re.findall(r"^  (?:-.,|   ) (--[\w-]+)", out, re.M))
            words = self.offered("chanctl %s --" % verb)
            self.assertEqual(set(words[1:]), flags, verb)

    def test_arguments_are_what_the_verb_takes(self):
        self.park(self.connect(), "recv", "jobs")
        self.park(self.connect(), "recv", "lock:nightly")
        both = ["words", "jobs", "lock:nightly"]
        for line, wanted in (
                ("chanctl send ", both), ("chanctl send jobs ", ["words"]),
                ("x recv j", ["words", "jobs"]), ("x tee a b ", both),
                ("x merge ", both), ("x select -t 5 ", both),
                ("x clear jobs l", ["words", "lock:nightly"]),
                ("x lock ", ["words", "nightly"]),
                ("x -s %s ls " % self.daemon.ipv4, both),
                ("x -s unix:///nonexistent/s ls ", ["words"]),
                ("x --server=unix:///nonexistent/s ls ", ["words"]),
                ("x ping ", ["words"]), ("x help bar", ["words", "barrier"]),
                ("x send --file ", ["files"]), ("x -t ", ["words"]),
                ("x top --sort w", ["words", "waiting"]),
                ("x serve jobs -- l", ["command"]),
                ("x send jobs -- ", ["words"]), ("x sned ", ["words"]),
                ("x -s u", ["words", "unix://"])):
            self.assertEqual(self.offered(line), wanted, line)
        task = str(self.probe.call("task.self"))
        self.assertIn(task, self.offered("x kill "))

    def test_a_daemon_that_hangs_is_not_waited_for(self):
        with self.daemon.halted():
            self.assertEqual(self.offered("chanctl ls "), ["words"])

    # ---- shells ----

    def run_shell(self, command, line, **environment):
        env = clean_environment()
        env.update(CHAND_URL=self.daemon.unix, SCRIPTS=SCRIPTS,
                   PATH=os.path.dirname(CHANCTL) + ":" + env["PATH"],
                   LC_ALL="C.UTF-8", **environment)
        run = subprocess.run(command + [line], env=env, timeout=PATIENCE,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        self.assertEqual(run.stderr, b"")
        return run.stdout.decode().splitlines()

    def bash(self, line):
        return self.run_shell(["bash", "--norc", "-c", BASH, "bash"], line)

    def fish(self, line):
        return [word.split("\t")[0] for word in self.run_shell(
            ["fish", "--no-config", "-c", 'source "$SCRIPTS/chanctl.fish"\n'
             "complete -C $argv[1]"], line, HOME=self.daemon.folder)]

    def check_shell(self, complete):
        for name in "jobs", "a:b", "zwei worte":
            self.park(self.connect(), "recv", name)
        self.assertEqual(complete("chanctl b"), ["broadcast", "barrier",
                                                 "bench"])
        self.assertEqual(complete("chanctl wait --rec"), ["--receivers"])
        self.assertEqual(complete("chanctl info j"), ["jobs"])

    def test_bash_completes(self):
        self.check_shell(self.bash)
        self.assertEqual(self.bash("chanctl info a:"), ["b"])
        self.assertEqual(self.bash("chanctl info z"), [r"zwei\ worte"])

    def test_fish_completes(self):
        def sorted_as_the_table(line):
            order = ["broadcast", "barrier", "bench"]
            words = self.fish(line)
            return sorted(words, key=lambda w: order.index(w)
                          if w in order else 0)

        self.check_shell(sorted_as_the_table)
        self.assertEqual(self.fish("chanctl info a:"), ["a:b"])
        self.assertIn("ls", self.fish("chanctl lock x -- l"))


class Typed(TerminalCase):

    def check_typed(self, start, prepare):
        for name in "jobs", "a:b", "zwei worte":
            self.park(self.connect(), "recv", name)
        terminal = self.terminal()
        terminal.line("export PS1='z> ' SCRIPTS=%s LC_ALL=C.UTF-8; exec %s"
                      % (SCRIPTS, start))
        terminal.until("^z> ?$")
        terminal.line(prepare + "; clear")
        terminal.until(r"\A\s*^z> ?$")
        for written, wanted in (("sta", "stats"), ("info jo", "info jobs"),
                                ("info z", r"info zwei\ worte"),
                                ("info a", "info a:b"),
                                ("info a:", "info a:b"),
                                ("wait --rec", "wait --receivers")):
            terminal.type("C-u", "chanctl " + written, "Tab")
            terminal.until("^z> chanctl %s *$" % re.escape(wanted))

    def test_zsh_completes(self):
        self.check_typed("zsh -f", "fpath=($SCRIPTS $fpath); "
                         "autoload -U compinit; compinit -u -D")

    def test_bash_completes_as_it_is_typed(self):
        self.check_typed("bash --norc", '. "$SCRIPTS/bash/chanctl"')
