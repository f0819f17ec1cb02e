# SPDX-License-Identifier: MIT
# From PROTOCOL.md the manual page chand-protocol(7), in mdoc. It knows as much
# of Markdown as is used there: headings, paragraphs, lists of one level, tables
# (whose rows become tagged items), indented code, `code`, *emphasis*,
# **strong words**, and links.

function literal(text) {
	gsub(/\\/, "\\e", text)
	if (text ~ /^[.']/)
		text = "\\&" text
	return text
}

# Every other piece between two marks stands in a font.
function fonts(text, mark, font,    parts, count, i, out) {
	count = split(text, parts, mark)
	out = parts[1]
	for (i = 2; i <= count; i++)
		out = out (i % 2 == 0 ? "\\f" font : "\\fR") parts[i]
	return out
}

function links(text,    name, target) {
	while (match(text, /\[[^]]*\]\([^)]*\)/)) {
		name = substr(text, RSTART + 1, RLENGTH - 2)
		target = name
		sub(/\]\(.*/, "", name)
		sub(/.*\]\(/, "", target)
		text = substr(text, 1, RSTART - 1) name " (" target ")" \
		       substr(text, RSTART + RLENGTH)
	}
	return text
}

# What is code is no Markdown: between two ` nothing else has a meaning.
function inline(text,    parts, count, i, out) {
	count = split(text, parts, "`")
	for (i = 1; i <= count; i++) {
		gsub(/\\/, "\\e", parts[i])
		if (i % 2 == 0) {
			out = out "\\fB" parts[i] "\\fR"
			continue
		}
		out = out fonts(fonts(links(parts[i]), "[*][*]", "B"), "[*]", "I")
	}
	gsub(/[.] +/, ".\n", out) # roff wants a line for each sentence
	return out ~ /^[.']/ ? "\\&" out : out
}

function enter(next_mode) {
	if (mode == next_mode)
		return
	if (mode == "code")
		print ".Ed"
	if (mode == "table" || mode == "list")
		print ".El"
	mode = next_mode
	if (mode == "code")
		print ".Bd -literal -offset indent"
	if (mode == "table")
		print ".Bl -tag -width Ds"
	if (mode == "list")
		print ".Bl -bullet"
}

function row(line,    cells, count, i, rest) {
	sub(/^\| */, "", line)
	sub(/ *\|$/, "", line)
	count = split(line, cells, / *\| */)
	rest = inline(cells[2])
	for (i = 3; i <= count; i++)
		if (cells[i] != "")
			rest = rest "\n.br\n" inline(cells[i])
	print ".It " tagged(inline(cells[1]))
	print rest
}

# A section that is called ERRORS is about a function's, to man.
function heading(macro, text) {
	enter("")
	print "." macro " " (text == "ERRORS" ? "ERROR CODES" : inline(text))
	gap = begun = 0
}

# A macro's arguments: what looks like another macro is none.
function tagged(text) {
	gsub(/"/, "\\(dq", text)
	return "\"" text "\""
}

BEGIN {
	print ".\\\" Made from proto/PROTOCOL.md."
	print ".Dd " date
	print ".Dt CHAND-PROTOCOL 7"
	print ".Os chand"
	print ".Sh NAME"
	print ".Nm chand-protocol"
	print ".Nd calls to a chand over MessagePack-RPC"
	print ".Sh DESCRIPTION"
}

/^# / { next }
/^## / { heading("Sh", toupper(substr($0, 4))); next }
/^### / { heading("Ss", substr($0, 5)); next }
/^\|[-| ]*\|$/ { next }
/^\|/ {
	if (mode == "table")
		row($0)
	else
		enter("table") # its first line is the titles
	gap = 0
	next
}
/^    / {
	if (mode == "code" && gap)
		print ""
	enter("code")
	print literal(substr($0, 5))
	gap = 0
	next
}
/^\* / {
	enter("list")
	print ".It"
	print inline(substr($0, 3))
	gap = 0
	next
}
/^$/ { gap = 1; next }
{
	if (mode == "list" && !gap) {
		sub(/^ +/, "")
		print inline($0)
		next
	}
	if (mode != "" || (gap && begun)) {
		enter("")
		print ".Pp"
	}
	print inline($0)
	begun = 1
	gap = 0
}

END {
	enter("")
	print ".Sh SEE ALSO"
	print ".Xr chanctl 1 ,"
	print ".Xr libchand 3 ,"
	print ".Xr chand-methods 7 ,"
	print ".Xr chand 8"
}
