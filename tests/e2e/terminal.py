# SPDX-License-Identifier: MIT
"""A terminal that a test types into and looks at: tmux, on a server of its own."""
import os
import re
import subprocess
import tempfile

from harness import CHANCTL, Case, clean_environment, until


class Terminal:
    """80 columns, 24 lines, and a bash in it."""

    def __init__(self, url, folder, **environment):
        self.socket = os.path.join(folder, "tmux")
        env = clean_environment()
        env.update(CHAND_URL=url, HOME=folder, PS1="$ ", TERM="screen-256color",
                   XDG_STATE_HOME=os.path.join(folder, "state"), HISTFILE="",
                   PATH=os.path.dirname(CHANCTL) + ":" + env["PATH"])
        env.pop("TMUX", None)
        env.pop("NO_COLOR", None)
        env.update(environment)
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y",
                  "24", "bash", "--norc", "--noprofile", env=env)
        try:
            self.until(r"^\$ ?$")
        except AssertionError:
            self.close()
            raise

    def tmux(self, *words, env=None):
        run = subprocess.run(["tmux", "-S", self.socket] + list(words),
                             env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        if run.returncode != 0:
            raise AssertionError("tmux %s: %s" % (words, run.stderr))
        return run.stdout.decode()

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"],
                       stderr=subprocess.DEVNULL)

    def screen(self, *how):
        return self.tmux("capture-pane", "-p", *how)

    def type(self, *keys):
        """Names of keys as tmux has them; else the text itself."""
        for key in keys:
            literal = [] if re.fullmatch(r"Enter|Tab|Up|Down|[CM]-.", key) \
                else ["-l"]
            self.tmux("send-keys", *literal, "--", key)

    def line(self, text):
        self.type(text, "Enter")

    def until(self, pattern, what=None):
        """Wait until the screen shows it; what matched."""
        try:
            return until(lambda: re.search(pattern, self.screen(), re.M),
                         what or "the terminal shows " + pattern)
        except AssertionError as error:
            raise AssertionError("%s, but this:\n%s" % (error, self.screen()))

    def resize(self, columns, lines):
        self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def check_sane(self):
        """It echoes, edits lines, and shows its cursor."""
        # What is typed earlier goes to the program that ends, or to nobody.
        self.until(r"^\$ ?$")
        self.type("C-l")
        self.line("stty -a | grep -cE ' icanon.* | echo ' ; echo is-$((6*7))")
        self.until(r"^is-42$")
        assert re.search(r"^[12]$", self.screen(), re.M), self.screen()
        assert self.tmux("display-message", "-p", "#{cursor_flag} "
                         "#{alternate_on}") == "1 0\n"


class TerminalCase(Case):

    def terminal(self, url=None, **environment):
        folder = tempfile.mkdtemp(dir=self.daemon.folder)
        terminal = Terminal(url or self.daemon.unix, folder, **environment)
        self.addCleanup(terminal.close)
        return terminal
