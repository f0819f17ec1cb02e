# SPDX-License-Identifier: MIT
# Completion for bash: what chanctl itself knows, and what its daemon tells.
_chanctl()
{
	local line=${COMP_LINE:0:COMP_POINT} kind word
	local last=${line##*[[:space:]]}
	# bash takes a word to begin behind a : or =, and replaces only that.
	local before=${last%"${last##*[:=]}"}
	COMPREPLY=()
	{
		read -r kind
		while IFS=$'\t' read -r word _; do
			case ${COMP_WORDS[COMP_CWORD]} in
			[\'\"]*) ;; # bash quotes it, as it was begun
			*)
				printf -v word %q "$word"
				word=${word#"$before"}
				;;
			esac
			COMPREPLY+=("$word")
		done
	} < <("$1" --complete "$line" 2>/dev/null)
	case $kind in
	files) compopt -o default ;;
	command*) _chanctl_command ;;
	esac
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *// ]] &&
		compopt -o nospace
	return 0
}

# Behind -- stands somebody else's command line.
_chanctl_command()
{
	local at=0
	while [[ ${COMP_WORDS[at]} != -- ]]; do
		((at++))
	done
	if declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset $((at + 1))
	elif declare -F _command_offset >/dev/null; then
		_command_offset $((at + 1))
	else
		compopt -o default
	fi
}
complete -F _chanctl chanctl
