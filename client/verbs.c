/* SPDX-License-Identifier: MIT */
#include "client/command/verbs.h"

#include "client/command/flags.h"
#include "client/verb/verb_admin.h"
#include "client/verb/verb_channel.h"
#include "client/verb/verb_flow.h"
#include "client/verb/verb_meet.h"
#include "client/verb/verb_recv.h"
#include "client/verb/verb_send.h"

#include <string.h>

/* Flags that go together. */
#define WAITING (FLAG_BIT(timeout) | FLAG_BIT(no_wait))
#define CUTTING                                                                \
	(FLAG_BIT(lines) | FLAG_BIT(null) | FLAG_BIT(delimiter) |              \
	 FLAG_BIT(json))
#define GIVING (CUTTING | FLAG_BIT(file) | FLAG_BIT(count))
#define SHOWING (CUTTING | FLAG_BIT(raw) | FLAG_BIT(objects))
#define FLOWING                                                                \
	(FLAG_BIT(timeout) | FLAG_BIT(count) | FLAG_BIT(parallel) |            \
	 FLAG_BIT(max_attempts))

#define FLOW_LOST                                                              \
	"what was being handled is back in its channel, or goes on "           \
	"without us"

static const struct verb verbs[] = {
	{
	    .name = "send",
	    .arguments = "CH [VALUE|-]",
	    .least = 1,
	    .most = 2,
	    .flags = WAITING | GIVING,
	    .help = "give a value, and wait until somebody has taken it",
	    .details =
		"Without VALUE, or with -, all of standard input is the "
		"value (just under 16 MiB at most).\n"
		"Not a byte is added or left out. UTF-8 goes as a string, "
		"all else as binary.\n"
		"With -l, -0 or -D each piece of the input is a message, "
		"with --json each value in it.\n"
		"The next is read when the one before it was taken; the first "
		"that fails ends it.\n"
		"A VALUE that begins with - stands behind --.\n",
	    .examples =
		"chanctl send deploys \"$(git rev-parse HEAD)\"\n"
		"find . -name '*.png' -print0 | chanctl send -0 images\n"
		"chanctl send --file site.tar -t 2m releases\n",
	    .lost = "it is unknown whether the value was handed over, and it "
		    "was not sent again",
	    .run = verb_send,
	},
	{
	    .name = "recv",
	    .arguments = "CH",
	    .least = 1,
	    .most = 1,
	    .flags = WAITING | SHOWING | FLAG_BIT(count) | FLAG_BIT(follow) |
		     FLAG_BIT(plain),
	    .help = "wait until somebody gives a value, and write it",
	    .details =
		"It is acknowledged when it has been written: until then its "
		"sender waits, and if\n"
		"it cannot be written, or we are killed, it goes to the next "
		"receiver.\n"
		"A string or binary is written as it is, any other value as a "
		"line of JSON, nil as\n"
		"nothing. On a terminal, and with -c or -f, a newline stands "
		"behind each.\n",
	    .examples = "chanctl recv -f logs >>all.log\n"
			"chanctl recv -f -J jobs | jq .value\n"
			"chanctl recv -t 500ms tokens || echo none\n",
	    .writes = true,
	    .lost = "it is unknown whether a value was handed over, and none "
		    "was asked for again",
	    .run = verb_recv,
	},
	{
	    .name = "call",
	    .arguments = "CH [VALUE|-]",
	    .least = 1,
	    .most = 2,
	    .flags = WAITING | GIVING | SHOWING,
	    .help = "give a value, and write what its receiver replies",
	    .details =
		"As send; the reply is written as recv writes a value.\n",
	    .examples = "chanctl call resize <photo.png >small.png\n"
			"chanctl call --json sums '[1, 2, 3]'\n",
	    .writes = true,
	    .lost = "it is unknown whether the value was handed over, and it "
		    "was not sent again",
	    .run = verb_call,
	},
	{
	    .name = "serve",
	    .arguments = "CH -- CMD [ARG]...",
	    .least = 1,
	    .most = 1,
	    .command = VERB_NEEDS_COMMAND,
	    .flags = FLOWING,
	    .help = "run a command for each message; what it writes is the "
		    "reply",
	    .details =
		"It has the message on standard input, and CHAN_CHANNEL, "
		"CHAN_ATTEMPT and CHAN_PEER\n"
		"(where its sender is, if it still waits) in its environment. "
		"How it ends says\nwhat becomes of the message:\n"
		"  0     acknowledged; standard output is the reply\n"
		"  75    given back, and let be for a while: 0.1 s, twice as "
		"long each time, up to 30 s\n"
		"  else  its sender gets an exception, with the last line of "
		"standard error\n"
		"If we die the commands die, and their messages go to others. "
		"On SIGTERM or Ctrl-C\n"
		"nothing more is taken, and what runs comes to its end. A "
		"closed channel ends it.\n",
	    .examples = "chanctl serve -P 4 resize -- convert - -resize 50% -\n"
			"chanctl serve --max-attempts 5 mails -- "
			"./deliver --once\n",
	    .lost = FLOW_LOST,
	    .run = verb_serve,
	},
	{
	    .name = "select",
	    .arguments = "CASE...",
	    .least = 1,
	    .most = 64,
	    .flags = WAITING | SHOWING,
	    .help = "wait for the first of several sends and receives",
	    .details =
		"A CASE is CH, to receive from it, or CH=VALUE, to give it "
		"the value. Exactly one\n"
		"happens; its channel is written, a tab, and the value or the "
		"reply. It is not\n"
		"acknowledged: a value is taken as it comes.\n",
	    .examples = "chanctl select jobs control\n"
			"chanctl select -t 10 stop results=done\n",
	    .writes = true,
	    .lost = "it is unknown whether a value changed hands, and nothing "
		    "was asked for again",
	    .run = verb_select,
	},
	{
	    .name = "broadcast",
	    .arguments = "CH [VALUE|-]",
	    .least = 1,
	    .most = 2,
	    .flags = GIVING,
	    .help = "give a value to all who wait for one now",
	    .details = "It never waits. How many got it is written.\n",
	    .examples = "chanctl broadcast reload now\n",
	    .lost = "it is unknown whether anybody got the value",
	    .run = verb_broadcast,
	},
	{
	    .name = "close",
	    .arguments = "CH",
	    .least = 1,
	    .most = 1,
	    .flags = FLAG_BIT(wake),
	    .help = "let nobody wait on a channel any more",
	    .details =
		"Who waits already can still be served. With --wake those are "
		"released, too: that ends\n"
		"recv -f, serve, pipe and their like, at the latest when "
		"nothing is left to take. open\n"
		"undoes it.\n",
	    .examples = "chanctl close --wake jobs\n",
	    .lost = "it is unknown whether it was closed",
	    .run = verb_close,
	},
	{
	    .name = "open",
	    .arguments = "CH",
	    .least = 1,
	    .most = 1,
	    .flags = FLAG_BIT(capacity) | FLAG_BIT(preference) |
		     FLAG_BIT(schedule_all),
	    .help = "undo the closing of a channel, or change its settings",
	    .details = "What is not named stays as it is. No channel needs to "
		       "be opened to be used.\n",
	    .examples = "chanctl open --capacity 100 events\n",
	    .lost = "it is unknown whether it was opened",
	    .run = verb_open,
	},
	{
	    .name = "pipe",
	    .arguments = "A B [-- CMD [ARG]...]",
	    .least = 2,
	    .most = 2,
	    .command = VERB_MAY_COMMAND,
	    .flags = FLOWING,
	    .help = "hand on what comes in A to B",
	    .details =
		"Who gave it to A waits until it was taken from B, and gets "
		"that one's reply, or its\n"
		"exception. With CMD, a filter: it has the message on "
		"standard input, and what it\n"
		"writes goes to B; it ends as serve's does. Killed at any "
		"moment, no message is lost.\n",
	    .examples = "chanctl pipe raw small -- gzip -9\n",
	    .lost = FLOW_LOST,
	    .run = verb_pipe,
	},
	{
	    .name = "tee",
	    .arguments = "A B... [-- CMD [ARG]...]",
	    .least = 2,
	    .most = VERB_ARGS_MAX,
	    .command = VERB_MAY_COMMAND,
	    .flags = FLOWING,
	    .help = "hand on what comes in A to all of B...",
	    .details = "It is done when all have taken it; the reply is the "
		       "first one's. As pipe in all else.\n"
		       "Where one of them could not take it, those who have "
		       "may get it once more.\n",
	    .examples = "chanctl tee orders billing shipping archive\n",
	    .lost = FLOW_LOST,
	    .run = verb_tee,
	},
	{
	    .name = "merge",
	    .arguments = "A... B [-- CMD [ARG]...]",
	    .least = 2,
	    .most = VERB_ARGS_MAX,
	    .command = VERB_MAY_COMMAND,
	    .flags = FLOWING,
	    .help = "hand on what comes in any of A... to B",
	    .details = "One message of each is on its way at a time. It ends "
		       "when all are closed. As pipe\n"
		       "in all else.\n",
	    .examples = "chanctl merge web api cron log\n",
	    .lost = FLOW_LOST,
	    .run = verb_merge,
	},
	{
	    .name = "lock",
	    .arguments = "NAME -- CMD [ARG]...",
	    .least = 1,
	    .most = 1,
	    .command = VERB_NEEDS_COMMAND,
	    .flags = WAITING,
	    .help = "run a command, one at a time of those with this NAME",
	    .details =
		"Wherever they are begun, in the order in which they came. It "
		"ends as CMD does. The\n"
		"lock goes to the next when CMD has ended. If we die, CMD is "
		"killed, and the lock is held\n"
		"until it, and what it has begun, have ended. If the "
		"connection is lost, so is the lock:\n"
		"CMD is sent SIGTERM, after 5 s SIGKILL, and the status is "
		"7.\n"
		"It lives in the channels lock:NAME and lock-made:NAME while "
		"somebody uses it.\n",
	    .examples = "chanctl lock -t 10m nightly -- ./backup.sh\n"
			"chanctl lock -n deploy -- make deploy\n",
	    .lost = "the lock is not ours",
	    .run = verb_lock,
	},
	{
	    .name = "barrier",
	    .arguments = "NAME N",
	    .least = 2,
	    .most = 2,
	    .flags = WAITING,
	    .help = "wait until N have come, and go on together",
	    .details =
		"Who dies or gives up while it waits is not counted. With -n "
		"it only goes on if all\n"
		"others wait already. It lives in the channel barrier:NAME.\n",
	    .examples = "chanctl barrier start 3 && ./measure\n",
	    .lost = "it is unknown whether all have met",
	    .run = verb_barrier,
	},
	{
	    .name = "info",
	    .arguments = "CH",
	    .least = 1,
	    .most = 1,
	    .flags = FLAG_BIT(timeout) | FLAG_BIT(objects),
	    .help = "show what a channel looks like now",
	    .details = "A line of \"key: value\" for each thing to know.\n",
	    .examples = "chanctl info jobs\n",
	    .writes = true,
	    .lost = "no answer came",
	    .run = verb_info,
	},
	{
	    .name = "ls",
	    .arguments = "[GLOB]",
	    .most = 1,
	    .flags = FLAG_BIT(timeout) | FLAG_BIT(objects),
	    .help = "list the channels",
	    .details = "With GLOB, those whose names match. Quote it against "
		       "the shell: 'jobs*'.\n",
	    .examples = "chanctl ls 'job*'\n",
	    .writes = true,
	    .lost = "no answer came",
	    .run = verb_ls,
	},
	{
	    .name = "wait",
	    .arguments = "CH",
	    .least = 1,
	    .most = 1,
	    .flags = WAITING | FLAG_BIT(senders) | FLAG_BIT(receivers) |
		     FLAG_BIT(closed) | FLAG_BIT(idle),
	    .help = "wait until a channel is as it should be",
	    .details =
		"Until it is there, if no option says more; all that they say "
		"must be so at once.\n"
		"With -n it only looks: status 0 if it is so, else 5. It takes "
		"and gives nothing.\n",
	    .examples = "chanctl wait --receivers 3 jobs && ./make-jobs\n"
			"chanctl wait --idle -t 10m jobs\n",
	    .lost = "no answer came",
	    .run = verb_wait,
	},
	{
	    .name = "watch",
	    .arguments = "[GLOB]",
	    .most = 1,
	    .flags = FLAG_BIT(timeout) | FLAG_BIT(count) | FLAG_BIT(objects),
	    .help = "write each send and receive as it begins",
	    .details =
		"The time, send or recv, whether it meets somebody or waits, "
		"the task, the channel.\n"
		"With -t for so long, with -c so many. What could not be shown "
		"is counted on\n"
		"standard error. Nobody is held up by being watched.\n",
	    .examples = "chanctl watch 'job*'\n"
			"chanctl watch -J | jq -r .channel\n",
	    .writes = true,
	    .lost = "what happened from then on is not shown",
	    .run = verb_watch,
	},
	{
	    .name = "top",
	    .arguments = "[GLOB]",
	    .most = 1,
	    .flags = FLAG_BIT(once) | FLAG_BIT(interval) | FLAG_BIT(sort),
	    .help = "watch channels, waiters and rates on the whole terminal",
	    .details =
		"Keys: r w o n sort by rate, waiting, oldest wait or name; p "
		"shows tasks, c channels;\n"
		"q ends it. With -1, or if standard output is no terminal, it "
		"is written once, after\n"
		"an interval in which rates are measured. Where very much "
		"happens, those of channels\n"
		"are of a part of it, which costs the daemon little.\n",
	    .examples = "chanctl top -i 0.5 'job*'\n"
			"chanctl top -1 --sort waiting | head -n 20\n",
	    .writes = true,
	    .lost = "no answer came",
	    .run = verb_top,
	},
	{
	    .name = "ps",
	    .arguments = "[GLOB]",
	    .most = 1,
	    .flags = FLAG_BIT(timeout) | FLAG_BIT(objects),
	    .help = "list the tasks: every connection, and what it spawned",
	    .details =
		"With GLOB, those whose client's name matches. On a terminal "
		"long names are cut.\n",
	    .examples = "chanctl ps 'worker*'\n"
			"chanctl ps -J | jq 'select(.age > 3600).id'\n",
	    .writes = true,
	    .lost = "no answer came",
	    .run = verb_ps,
	},
	{
	    .name = "kill",
	    .arguments = "ID...",
	    .least = 1,
	    .most = VERB_ARGS_MAX,
	    .flags = FLAG_BIT(timeout),
	    .help = "end tasks by their numbers",
	    .details =
		"A connection's task takes its connection along; of a spawned "
		"one the call fails with\n"
		"KILLED. What a task has already done, it has done.\n",
	    .examples = "chanctl kill 17 18\n",
	    .lost = "it is unknown whether it was killed",
	    .run = verb_kill,
	},
	{
	    .name = "clear",
	    .arguments = "CH...",
	    .least = 1,
	    .most = VERB_ARGS_MAX,
	    .flags = FLAG_BIT(timeout),
	    .help = "withdraw all calls that wait on channels",
	    .details =
		"They fail with KILLED. How many there were is written, a line "
		"for each channel. Values\n"
		"that wait without their senders, and what is held, stay.\n",
	    .examples = "chanctl clear jobs\n",
	    .lost = "it is unknown whether it was cleared",
	    .run = verb_clear,
	},
	{
	    .name = "ping",
	    .arguments = "",
	    .flags = FLAG_BIT(timeout),
	    .help = "see whether the daemon answers",
	    .details = "On a terminal it says how long that took.\n",
	    .examples = "chanctl -q ping || echo no daemon\n",
	    .lost = "no answer came",
	    .run = verb_ping,
	},
	{
	    .name = "stats",
	    .arguments = "",
	    .flags = FLAG_BIT(timeout) | FLAG_BIT(objects),
	    .help = "show what the daemon has counted, and what there is now",
	    .details = "A line of \"key: value\" for each; chand-protocol(7) "
		       "says what they are.\n",
	    .examples = "chanctl stats -J | jq .handoffs\n",
	    .writes = true,
	    .lost = "no answer came",
	    .run = verb_stats,
	},
	{
	    .name = "bench",
	    .arguments = "",
	    .flags = FLAG_BIT(timeout) | FLAG_BIT(count) | FLAG_BIT(pairs) |
		     FLAG_BIT(depth) | FLAG_BIT(size) | FLAG_BIT(ack) |
		     FLAG_BIT(objects),
	    .help = "measure how fast values change hands",
	    .details =
		"For 5 seconds, or -t, or until -c of them did. Each pair has "
		"a channel and two\n"
		"connections of its own. Times are from the beginning of a "
		"send to its end, those\n"
		"before it on its connection included; they are off by less "
		"than 1 per cent.\n",
	    .examples = "chanctl bench --pairs 8 --depth 16 --ack -t 2\n",
	    .writes = true,
	    .lost = "what was measured is lost",
	    .run = verb_bench,
	},
	{
	    .name = "help",
	    .arguments = "[VERB|methods]",
	    .most = 1,
	    .help = "explain a verb, or list the protocol's methods",
	    .details = "",
	    .examples = "",
	},
};

enum { COUNT = sizeof verbs / sizeof verbs[0] };

const struct verb *
verb_at(size_t index)
{
	return index < COUNT ? &verbs[index] : NULL;
}

const struct verb *
verb_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
