# SPDX-License-Identifier: MIT
# From methods.def the manual page chand-methods(7), in mdoc.

# "Ar channel Oo Ar value Oc": what is not required stands in brackets.
function words(list, macro, required,    items, count, i, text) {
	if (list == "none")
		return ""
	count = split(list, items, /, */)
	for (i = 1; i <= count; i++) {
		if (i == required + 1)
			text = text " Oo"
		text = text " " macro " " items[i]
	}
	return count > required ? text " Oc" : text
}

function within(text, name,    rest) {
	rest = substr(text, index(text, name "(") + length(name) + 1)
	return substr(rest, 1, index(rest, ")") - 1)
}

BEGIN {
	print ".\\\" Made from proto/methods.def."
	print ".Dd " date
	print ".Dt CHAND-METHODS 7"
	print ".Os chand"
	print ".Sh NAME"
	print ".Nm chand-methods"
	print ".Nd what can be called over the chand protocol"
	print ".Sh DESCRIPTION"
	print "Each method with its positional parameters, and the options"
	print "that a map behind them may hold."
	print "How they are called, and what they mean, says"
	print ".Xr chand-protocol 7 ."
	print ".Bl -tag -width Ds"
}

/^METHOD\(/ { row = "" }
/^METHOD\(/, /"\)$/ {
	row = row $0
	if ($0 !~ /"\)$/)
		next
	split(row, parts, "\"")
	print ".It Ic " parts[2] \
	      words(within(parts[3], "PARAMETERS"), "Ar", substr(parts[3], 3) + 0) \
	      words(within(parts[3], "OPTIONS"), "Cm", 0)
	print toupper(substr(parts[4], 1, 1)) substr(parts[4], 2) "."
}

END {
	print ".El"
	print ".Sh SEE ALSO"
	print ".Xr chanctl 1 ,"
	print ".Xr chand-protocol 7 ,"
	print ".Xr chand 8"
}
