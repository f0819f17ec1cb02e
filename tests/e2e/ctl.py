# SPDX-License-Identifier: MIT
"""What the tests of chanctl share: it is run, and what it writes is judged."""
import subprocess

from harness import (CHANCTL, PATIENCE, REPORT, Case, clean_environment,
                     start_process)


class Ctl(Case):

    def begin(self, *words, url=None, env=None, **how):
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.PIPE)
        environment = clean_environment()
        environment["CHAND_URL"] = (self.daemon.usual if url is None
                                    else url)
        environment.update(env or {})
        process = start_process([CHANCTL] + list(words), env=environment,
                                stderr=subprocess.PIPE, **how)
        self.addCleanup(self.end_process, process)
        return process

    def end_process(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def finish(self, process, data=None):
        """Its status, what it wrote, and what it said."""
        out, said = process.communicate(data, timeout=PATIENCE)
        said = said.decode()
        self.assertNotRegex(said, REPORT)
        self.assertLessEqual(len(said.splitlines()), 1, said)
        return process.returncode, out, said

    def run_ctl(self, *words, data=None, **how):
        if data is not None:
            how["stdin"] = subprocess.PIPE
        return self.finish(self.begin(*words, **how), data)

    def check(self, status, out, *words, said="", **how):
        """`said` is in the message; "" means that there is none."""
        found = self.run_ctl(*words, **how)
        self.assertEqual(found[:2], (status, out), found)
        self.assertIn(said, found[2])
        self.assertEqual(bool(said), bool(found[2]), found)

    def check_ends(self, process, status, out=b"", said=""):
        """As check(), of a process that was begun before."""
        found = self.finish(process)
        self.assertEqual(found[:2], (status, out), found)
        self.assertIn(said, found[2])
        self.assertEqual(bool(said), bool(found[2]), found)

    def send_later(self, value, channel="c"):
        client = self.connect()
        self.park(client, "send", channel, value)
        return client
